// A server whose only virtue is its clock: the first token 50 ms after the request, then a steady rate.
//   node stream_server.mjs    prints its port; GET /times gives when the last answer was asked for, begun and ended
// Times are CLOCK_MONOTONIC in ms, the clock of vim.uv.hrtime(). The model's name is "COUNTxRATE"; every other
// answer, beginning with the first, has 20 tokens only: a warm-up.
import http from 'node:http';

const now = () => Number(process.hrtime.bigint()) / 1e6;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const chunk = (delta, finish_reason = null) =>
  'data: ' + JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] }) + '\n\n';
// Paragraphs of 60 words on one line each, then a fenced block of Lua, over and over.
const word = (i) => {
  const k = i % 240;
  if (k < 120) return k % 60 === 59 ? '.\n\n' : k % 15 === 7 ? `\`name${i}\` ` : `word${i} `;
  if (k === 120) return '```lua\n';
  if (k === 239) return '\n```\n\n';
  return ['local', ` x${i}`, ' =', ' compute', '(left', ', ', '"right"', ')', '\n'][(k - 121) % 9];
};

let times = {};
let answers = 0;
const server = http.createServer((req, res) => {
  if (req.url === '/times') return res.end(JSON.stringify(times));
  if (req.method === 'GET') return res.writeHead(404).end(); // model lists, queues
  const asked = now();
  let text = '';
  req.on('data', (data) => { text += data; });
  req.on('end', async () => {
    const [wanted, rate] = JSON.parse(text).model.split('x').map(Number);
    const count = answers++ % 2 === 0 ? 20 : wanted;
    const seen = { asked };
    times = seen;
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    await sleep(50);
    seen.first = now();
    res.write(chunk({ role: 'assistant', content: 'FIRSTTOKEN ' }));
    for (let i = 1; i < count - 1;) {
      const due = Math.min(count - 1, Math.floor(((now() - seen.first) / 1000) * rate));
      for (; i < due; i++) res.write(chunk({ content: word(i) }));
      await sleep(1);
    }
    seen.last = now();
    res.write(chunk({ content: 'LASTTOKEN' }));
    res.write(chunk({}, 'stop'));
    res.end('data: [DONE]\n\n');
  });
});
server.keepAliveTimeout = 60000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
