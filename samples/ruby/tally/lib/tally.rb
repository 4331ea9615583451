require "tally/tally"
