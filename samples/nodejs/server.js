const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')
const v8 = require('node:v8')
const mustache = require('mustache')

const ENTRY_LIMIT = 2000
const read = name => fs.readFileSync(path.join(__dirname, name), 'utf8')
const about = read('about.html')
const template = read('page.html')
const entries = []

const isInstalled = name => {
  try { return Boolean(require.resolve(name)) } catch { return false }
}

const facts = () => ({
  node: process.version,
  environment: process.env.NODE_ENV,
  heap_limit_mb: Math.round(v8.getHeapStatistics().heap_size_limit / 1048576),
  dev_dependency: isInstalled('marked')
})

const show = response => {
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.end(mustache.render(template, {
    about,
    entries,
    node: process.version,
    mustache: mustache.version,
    instance: process.env.CF_INSTANCE_INDEX
  }))
}

const sign = (request, response) => {
  let body = ''
  request.on('data', chunk => {
    body += chunk
    if (body.length > ENTRY_LIMIT) request.destroy()
  })
  request.on('end', () => {
    const entry = new URLSearchParams(body).get('entry')
    if (entry) entries.push(entry)
    response.writeHead(303, { location: '/' }).end()
  })
}

const server = http.createServer((request, response) => {
  if (request.method === 'POST') sign(request, response)
  else if (request.url === '/facts') response.end(JSON.stringify(facts()))
  else show(response)
})

server.listen(process.env.PORT)
process.on('SIGTERM', () => server.close())
