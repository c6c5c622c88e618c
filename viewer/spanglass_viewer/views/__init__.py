"""What is painted: tables, delegates, the ruler, the minimap."""
