UPDATE processes SET has_ended = $has_ended WHERE process IN (SELECT unnest($processes))
