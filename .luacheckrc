std = 'luajit'
globals = { 'vim' }
max_line_length = 120
files['lua/coder/protocol.lua'] = { max_line_length = false }
files['tests/e2e'] = { globals = { 'print' } }
