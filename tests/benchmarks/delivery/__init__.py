"""What delivery costs beside plain clients with the same rules, as ratios inside one run."""
