"""Where the data comes from: the simulated campus, or a school's own folder."""
