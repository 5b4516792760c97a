"""What a debt asks for, without a database: the due level and the parts of an agreement."""
