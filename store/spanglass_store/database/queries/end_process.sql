UPDATE processes SET has_ended = $has_ended WHERE process = $process
