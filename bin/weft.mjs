#!/usr/bin/env node
// The `weft` command for any Node from 20 on: installs what is missing, then runs src/main.ts with Node 24.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { findNode, installDependencies, root } from './node24.mjs'

installDependencies()
const child = spawn(
  findNode(),
  ['--disable-warning=ExperimentalWarning', join(root, 'src', 'main.ts'), ...process.argv.slice(2)],
  {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  },
)
// Ctrl-C reaches the child through the terminal as well; it treats a second signal as the first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
