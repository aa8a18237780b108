"""What residents may want with their data, carried out: consent, a file with all of it, its removal, its terms."""
