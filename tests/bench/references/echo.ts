import http from 'node:http'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { answer } from '../answers.ts'

// The reference of rpcs: Node's own servers, reading a request's body and answering bytes that are there already.

const bytes = Buffer.alloc(Number(process.argv[2]), 'x')

const h2 = http2.createServer()
h2.on('stream', (stream) => {
  stream.on('data', () => {})
  stream.on('end', () => {
    stream.respond({ ':status': 200, 'content-type': 'application/proto' })
    stream.end(bytes)
  })
})

const http1 = http.createServer((request, response) => {
  request.on('data', () => {})
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/proto', 'content-length': bytes.length })
    response.end(bytes)
  })
})

const listen = (server: http.Server | http2.Http2Server) =>
  new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  })

answer({ h2: await listen(h2), http1: await listen(http1) })
