"""Posts, deliveries and the publisher."""
