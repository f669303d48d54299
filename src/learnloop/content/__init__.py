"""What can be learned: skills, their prerequisites, and the items that teach and test them."""
