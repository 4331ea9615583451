Gem::Specification.new do |s|
  s.name = "tally"; s.version = "1.0.0"; s.summary = "Counts, in C"; s.authors = ["Tatara"]; s.license = "MIT"
  s.files = Dir["lib/**/*.rb", "ext/**/*.{c,rb}", "exe/*"]; s.extensions = ["ext/tally/extconf.rb"]; s.bindir = "exe"; s.executables = ["tally"]
end
