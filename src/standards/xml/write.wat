;; The two steps that writing XML is made of: see memory.ts, which puts the fixed text into memory and calls them, and
;; docs/decisions/0071-shapes-with-holes.md. After an edit: `npm run wasm`.
;;
;; A value's characters are read where the engine has them. What the imports do is built into engines that know
;; https://github.com/WebAssembly/js-string-builtins, and the loop then costs a nanosecond a character.
(module
  (import "wasm:js-string" "length" (func $length (param externref) (result i32)))
  (import "wasm:js-string" "charCodeAt" (func $charCodeAt (param externref i32) (result i32)))
  (memory (export "memory") 32)

  ;; $length bytes from $from to $end, sixteen at a time: up to fifteen more are read and written. Where the next ones go.
  (func $copy (export "copy") (param $from i32) (param $length i32) (param $end i32) (result i32)
    (local $at i32)
    (if (local.get $length) (then
      (loop $next
        (v128.store
          (i32.add (local.get $end) (local.get $at))
          (v128.load (i32.add (local.get $from) (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br_if $next (i32.lt_u (local.get $at) (local.get $length))))))
    (i32.add (local.get $end) (local.get $length)))

  ;; The same, and a value after it. Where the next ones go, or -1 where the value has a character that is not ASCII, or for
  ;; which the table of 128 bytes at $odd has something else than 0.
  (func (export "put")
    (param $from i32) (param $length i32) (param $value externref) (param $odd i32) (param $end i32) (result i32)
    (local $characters i32)
    (local $at i32)
    (local $code i32)
    (local.set $end (call $copy (local.get $from) (local.get $length) (local.get $end)))
    (local.set $characters (call $length (local.get $value)))
    (if (local.get $characters) (then
      (loop $next
        (local.set $code (call $charCodeAt (local.get $value) (local.get $at)))
        (if (i32.gt_u (local.get $code) (i32.const 127)) (then (return (i32.const -1))))
        (if (i32.load8_u (i32.add (local.get $odd) (local.get $code))) (then (return (i32.const -1))))
        (i32.store8 (i32.add (local.get $end) (local.get $at)) (local.get $code))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $at) (local.get $characters))))))
    (i32.add (local.get $end) (local.get $characters))))
