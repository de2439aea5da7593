"""How a link looks that makes somebody staff."""

INVITATION = "s-"  # how what stands behind `?start=` begins; the one-time key follows
