// `coder-nvim engine`: what does not need a llama-server.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { equal, here, match, run, scratch, test } from './harness.mjs';

/// A log that a real llama-server wrote, shortened.
const cutFile = `0.00.000.812 I srv  llama_server: initializing ...
0.00.005.251 W srv  llama_server: security: no API key is set and CORS allows all origins
0.00.018.109 I srv    load_model: loading model 'cut.gguf'
0.00.086.686 E gguf_init_from_reader: failed to read key-value pairs
0.00.096.680 E llama_model_load: error loading model: llama_model_loader: failed to load model from cut.gguf
0.00.096.799 E common_fit_params: encountered an error while trying to fit params to free device memory: failed to load model
0.00.176.830 E gguf_init_from_reader: failed to read key-value pairs
0.00.179.834 E srv  llama_server: exiting due to model loading error
`;
let logs = 0;
function log(text) {
  const file = path.join(scratch, `log-${++logs}`);
  fs.writeFileSync(file, text);
  return file;
}

test('engine doctor: one diagnosis per cause, at its first line', async () => {
  const file = log(cutFile + "error: couldn't bind HTTP server socket, hostname: x, port: 8080\n");
  const r = await run(['engine', 'doctor', '--log', file, '--json']);
  equal([r.code, r.err], [0, '']);
  equal(Object.keys(r.json), ['diagnoses']);
  equal(r.json.diagnoses.map((d) => [d.line, Object.keys(d)]), [[4, ['line', 'meaning', 'remedy']], [9, ['line', 'meaning', 'remedy']]]);
  match(r.json.diagnoses[0].meaning, /only part of one/);
  match(r.json.diagnoses[0].remedy, /checksum/);
  const text = await run(['engine', 'doctor', '--log', file]);
  equal(text.code, 0);
  match(text.out, /log-\d+:4: the model file .*\n {2}log: {4}0\.00\.086\.686 E gguf.*\n {2}remedy: download it again/);
});

test('engine doctor: a log without trouble, an empty one, and one of odd bytes', async () => {
  const quiet = await run(['engine', 'doctor', '--log', log('all is well\nlistening\n')]);
  equal(quiet.code, 0);
  match(quiet.out, /log-\d+: 2 lines, no trouble/);
  equal((await run(['engine', 'doctor', '--json', '--log', log('')])).json, { diagnoses: [] });
  const odd = Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0x80, 0x0a, 0x1b, 0x5b]), Buffer.alloc(300000, 0xc3), Buffer.from('\ninvalid magic characters: \x80\xff\n', 'latin1')]);
  const r = await run(['engine', 'doctor', '--json', '--log', log(odd)]);
  equal([r.code, r.json.diagnoses.map((d) => d.line)], [0, [3]]);
});

test('engine doctor: reads that file alone, whatever the configuration says', async () => {
  const bad = path.join(scratch, 'engine-bad.toml');
  fs.writeFileSync(bad, 'mode = 3\n');
  const r = await run(['engine', 'doctor', '--json', '--log', log(cutFile), '--config', bad], { env: { HOME: '/nowhere', PATH: '/nowhere' } });
  equal([r.code, r.json.diagnoses.length, r.err], [0, 1, '']);
});

/// A runtime folder of its own, and a library in place of NVIDIA's.
function machine(nvml) {
  const folder = path.join(scratch, 'machine');
  if (!fs.existsSync(folder)) {
    fs.mkdirSync(folder);
    execFileSync(process.env.CXX ?? 'c++', ['-x', 'c', '-shared', '-fPIC', '-o', path.join(folder, 'libnvidia-ml.so.1'), path.join(here, '../support/fake_nvml.c')]);
  }
  return { XDG_RUNTIME_DIR: scratch, ...(nvml === undefined ? {} : { LD_LIBRARY_PATH: folder, FAKE_NVML: nvml }) };
}

test('engine status: cold, with the GPUs that are there', async () => {
  const cold = await run(['engine', 'status', '--json'], { env: machine('') });
  equal([cold.code, cold.json.state, cold.json.gpus.length], [0, 'cold', 2]);
  equal(cold.json.gpus[0], { name: 'NVIDIA Fake 24GB', memory_total: 24000000000, memory_free: 9500000000, temperature: 41 });
  match((await run(['engine', 'status'], { env: machine('') })).out, /^cold\n {2}GPU: NVIDIA Fake 24GB, 9\.5 of 24 GB free, 41 °C\n/);
});

test('engine doctor: what is missing, and the GPU driver', async () => {
  const empty = { PATH: '/nowhere', XDG_DATA_HOME: path.join(scratch, 'data') };
  const r = await run(['engine', 'doctor', '--json'], { env: { ...machine('mismatch'), ...empty } });
  equal([r.code, r.json.diagnoses], [0, []]);
  const wrong = r.json.checks.filter((c) => !c.ok);
  equal(wrong.length, 2);
  match(wrong[0].what + wrong[0].remedy, /no model is named.*set `model` in \[engine\]/);
  equal(wrong[1], { ok: false, what: 'GPU: NVML does not start: Driver/library version mismatch', remedy: 'reboot' });
  match((await run(['engine', 'doctor'], { env: { ...machine('mismatch'), ...empty } })).out, /WRONG GPU: .*mismatch\n {6}remedy: reboot\n/);
  const start = await run(['engine', 'start', '--json'], { env: { ...machine(), ...empty } });
  equal([start.code, start.json.error.kind], [3, 'config']);
  equal((await run(['engine', 'stop', '--json'], { env: machine() })).json, { stopped: false });
});

test('engine: no place for locks and sockets is told', async () => {
  const long = path.join(scratch, 'x'.repeat(100));
  fs.mkdirSync(long);
  const r = await run(['engine', 'status', '--json'], { env: { XDG_RUNTIME_DIR: long } });
  equal([r.code, r.json.error.kind], [3, 'config']);
  match(r.json.error.hint, /XDG_RUNTIME_DIR/);
});

test('engine: mistakes', async () => {
  const gone = await run(['engine', 'doctor', '--json', '--log', path.join(scratch, 'no-such-log')]);
  equal([gone.code, gone.json.error.kind], [2, 'usage']);
  match(gone.json.error.message, /no-such-log: No such file/);
  equal((await run(['engine', 'doctor', '--log', scratch])).code, 2);
  equal((await run(['engine'])).code, 2);
  const near = await run(['engine', '--json', 'docotr']);
  equal([near.code, near.json.error.hint], [2, 'did you mean `doctor`?']);
  equal((await run(['engine', 'doctor', 'x'])).code, 2);
});
