"""What Python projects are: web applications and how they are served, and sites of documentation."""
