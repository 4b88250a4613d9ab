"""`python -m cli`: what the script `stackhouse` starts."""

from cli.main import main

if __name__ == "__main__":
    main()
