sum(cost) FILTER (cost >= 0)
