# A page that a gem with a C extension had a part in.
require "tally"
require "webrick"

$stdout.sync = true
server = WEBrick::HTTPServer.new(Port: Integer(ENV.fetch("PORT", "8080")), BindAddress: "0.0.0.0", DoNotReverseLookup: true, AccessLog: [])
server.mount_proc("/") do |_, response|
  response.content_type = "text/html; charset=utf-8"
  response.body = "<!doctype html><title>Ruby</title><h1>Hello from Ruby #{RUBY_VERSION}</h1><p>255 has #{Tally.ones(255)} ones, says C.</p>\n"
end
trap("TERM") { server.shutdown }
server.start
