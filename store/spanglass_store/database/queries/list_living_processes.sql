SELECT process, pid FROM processes WHERE NOT has_ended
