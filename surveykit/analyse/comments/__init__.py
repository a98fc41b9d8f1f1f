"""Comments: what people write, coded by rules and by hand, counted, compared and quoted."""
