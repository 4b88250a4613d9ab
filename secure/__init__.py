"""How clients and services of a secured stack prove who they are: keys, tickets, a certificate."""
