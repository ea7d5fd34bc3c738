"""Rules about layers and who may import whom."""
