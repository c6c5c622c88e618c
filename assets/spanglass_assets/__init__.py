"""What Spanglass brings along beside its code: fonts, icons, and the sample agent with its media."""
