"""How others read the warehouse by JDBC: the list of jars, an example in Java and one in Python."""
