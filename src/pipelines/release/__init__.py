"""The release: judges the four trained models at the gates and registers them."""
