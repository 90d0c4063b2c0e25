// Traffic for scripts/picture. `serve PORT`: answers /RATE with a stream of so many bytes a second, all else with a few bytes.
// `ask URL...`: small requests now and then, over connections that stay and some that come and go.
import http from "node:http";

const TICK_MS = 20;

function stream(response, bytesPerS) {
  const piece = Buffer.alloc(Math.round(bytesPerS * TICK_MS / 1000));
  const timer = setInterval(() => response.writableNeedDrain || response.write(piece), TICK_MS);
  response.on("close", () => clearInterval(timer));
}

function serve(port) {
  const server = http.createServer((request, response) => {
    const bytesPerS = Number(request.url.slice(1));
    if (bytesPerS > 0) stream(response, bytesPerS);
    else response.end("hello\n".repeat(1 + request.url.length * 7));
  });
  server.keepAliveTimeout = 60000;
  server.listen(port, "::");
}

function ask(urls) {
  const keep = new http.Agent({ keepAlive: true, maxSockets: 2 });
  const get = (url, agent) => http.get(url, { agent }, (answer) => answer.resume()).on("error", () => {});
  urls.forEach((url, i) => {
    setInterval(() => get(`${url}kept`, keep), 30 + 45 * i);
    if (i === 0) setInterval(() => get(url, undefined), 2300);
  });
}

const [what, ...rest] = process.argv.slice(2);
if (what === "serve") serve(Number(rest[0]));
else ask(rest);
