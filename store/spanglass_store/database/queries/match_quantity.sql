{column} {operator} $number
