"""`python -m bot` does the same as `wegwijs`."""

from bot.cli import main

if __name__ == "__main__":
    main()
