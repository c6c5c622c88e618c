"""What an attachment looks like large: one view a kind of file, all asking a decoder for pixels and text."""
