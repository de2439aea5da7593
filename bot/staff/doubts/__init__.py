"""What is right in form in the catalogue, and yet worth a second look: one module each kind."""
