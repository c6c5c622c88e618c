SELECT has_ended FROM processes WHERE process = $process
