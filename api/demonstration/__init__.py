"""The demonstration city: invented people and firms, their faces, and the main job run on them."""
