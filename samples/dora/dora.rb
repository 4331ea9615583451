# Dora: an app to look at a platform with. It says hi, tells where it runs, and misbehaves on demand.
#
#   /                       hi, and which instance answered on which port
#   /id /index /port        one fact, alone on a line
#   /env  /env/NAME         the environment as JSON, one variable as text
#   /sigterm/SIGNAL         sends SIGNAL (KILL, TERM, ...) to this process
#   /logspew/KILOBYTES      writes that much to standard output, in lines
#   /log/MESSAGE            writes one line to standard output, /err/MESSAGE to standard error
#   /burn/MEGABYTES         allocates and keeps memory
#   /write/MEGABYTES        fills the disk
#   /sleep/SECONDS          answers late
#   /headers                the request as it arrived, POST /echo gives its body back
require "json"
require "webrick"

$stdout.sync = true
STARTED = Time.now
KEPT = []

def instance
  { "index" => ENV["INSTANCE_INDEX"] || ENV["CF_INSTANCE_INDEX"], "guid" => ENV["CF_INSTANCE_GUID"],
    "port" => ENV["CF_INSTANCE_PORT"], "address" => ENV["CF_INSTANCE_ADDR"] }
end

def page
  application = JSON.parse(ENV.fetch("VCAP_APPLICATION", "{}"))
  <<~TEXT
    Hi, I'm Dora!
    app: #{application["application_name"]}
    instance: #{instance["index"]}
    port: #{instance["port"]}
    guid: #{instance["guid"]}
    up: #{(Time.now - STARTED).round(1)} s
    ruby: #{RUBY_VERSION}
  TEXT
end

def spew(kilobytes)
  line = "spew " + "x" * 1018
  [kilobytes, 100_000].min.times { |i| puts "#{i} #{line}"[0, 1023] }
  "Just wrote #{kilobytes} kbytes of random text to the log\n"
end

def write(megabytes)
  path = File.join(ENV["TMPDIR"] || "/tmp", "filled")
  File.open(path, "ab") { |file| megabytes.times { file.write("\0" * 1_048_576) } }
  "#{path} holds #{File.size(path) / 1_048_576} MB\n"
rescue SystemCallError => e
  "#{e.class}: #{e.message}\n"
end

def signal(name)
  raise ArgumentError, "no such signal: #{name}" unless Signal.list.key?(name)

  Process.kill(name, Process.pid)
  "Sent #{name} to #{Process.pid}\n"
end

def answer(request)
  _, verb, argument = request.path.split("/", 3)
  case verb
  when nil, "" then page
  when "id", "index", "port", "guid" then "#{instance[verb == "id" ? "guid" : verb]}\n"
  when "env" then argument.to_s.empty? ? JSON.pretty_generate(ENV.to_h) + "\n" : "#{ENV[argument]}\n"
  when "sigterm" then signal(argument.to_s)
  when "logspew" then spew(argument.to_i)
  when "log" then puts(argument) || "logged\n"
  when "err" then warn(argument) || "logged\n"
  when "burn" then (KEPT << "x" * (argument.to_i * 1_048_576)) && "Keeping #{KEPT.sum(&:bytesize) / 1_048_576} MB\n"
  when "write" then write(argument.to_i)
  when "sleep" then sleep(argument.to_f) && "Slept #{argument} s\n"
  when "headers" then request.raw_header.join
  when "echo" then request.body.to_s
  end
end

server = WEBrick::HTTPServer.new(
  Port: Integer(ENV.fetch("PORT", "8080")), BindAddress: "0.0.0.0", DoNotReverseLookup: true,
  Logger: WEBrick::Log.new($stderr, WEBrick::Log::WARN), AccessLog: []
)
server.mount_proc("/") do |request, response|
  body = answer(request)
  response.status = body ? 200 : 404
  response.content_type = "text/plain; charset=utf-8"
  response.body = body || "Dora does not know #{request.path}\n"
rescue ArgumentError => e
  response.status = 400
  response.body = "#{e.message}\n"
end
trap("TERM") { server.shutdown }
trap("INT") { server.shutdown }
puts "Dora listens on #{ENV.fetch("PORT", "8080")}"
server.start
