;; One pass over JSON in UTF-8 for what the engine's JSON.parse would pass over: see json-scan.ts, which puts the text into
;; memory and takes the answer out, and docs/decisions/0030-json-as-written.md. After an edit: `npm run wasm`.
;;
;; In turns of 8192 bytes: first sixty-four bytes at a time become sets of bits, a bit for each byte (quotes, what is inside
;; strings, signs), which give the places of brackets, colons and commas outside strings; then each of those is looked at. The
;; way of Langdale and Lemire, https://arxiv.org/abs/1902.08318. The text need not be valid: JSON.parse judges that.
;;
;; Memory
;;   0        levels: 32 bytes for each container that is open, the outermost one at 32
;;              +0  commas so far, which is the index in an array      +12 where its hashes begin
;;              +4  where its newest key begins                        +16 which hashes it has: a bit for each sixty-fourth
;;              +8  where its newest key ends                          +24 1 for an object
;;   33792    hashes of the keys of all open objects: 4096 of 8 bytes
;;   66560    places of signs: 8192 of 4 bytes
;;   99392    the text, and at least 64 spaces
;;   $quotes  a bit for each byte of the text: whether it begins or ends a string; and 64 bits of none before
(module
  ;; A number that might be printed with other digits: where it begins, where it ends, how many containers are open.
  (import "json" "odd" (func $odd (param i32 i32 i32)))
  (memory (export "memory") 2)

  (global $suspicious (mut i32) (i32.const 0))
  (global $oddText (mut i32) (i32.const 0))            ;; not 0 where a string may hold a control character or none at all
  (global $level (mut i32) (i32.const 0))          ;; where the innermost open container is written down
  (global $hashes (mut i32) (i32.const 0))         ;; where the next hash goes
  (global $openString (mut i64) (i64.const 0))     ;; all ones where the bytes before ended inside a string
  (global $openEscape (mut i64) (i64.const 0))     ;; 1 where they ended in a backslash
  (global $lastBackslash (mut i32) (i32.const 0))

  ;; Text from 99392 to $end. 1 where a look at every token has to decide, and 2 where strings may hold control characters
  ;; other than tabs and ends of lines, or a character from U+F000 to U+FFFF, among which are those that are none.
  (func (export "scan") (param $end i32) (param $quotes i32) (param $maxDepth i32) (result i32)
    (local $block i32)
    (local $stop i32)
    (global.set $suspicious (i32.const 0))
    (global.set $oddText (i32.const 0))
    (global.set $level (i32.const 0))
    (global.set $hashes (i32.const 33792))
    (global.set $openString (i64.const 0))
    (global.set $openEscape (i64.const 0))
    (global.set $lastBackslash (i32.const 0))
    (i32.store (i32.const 0) (i32.const 0))
    (i32.store offset=24 (i32.const 0) (i32.const 0))
    (i32.store offset=12 (i32.const 0) (global.get $hashes))
    (i64.store offset=16 (i32.const 0) (i64.const 0))
    (i64.store (i32.sub (local.get $quotes) (i32.const 8)) (i64.const 0))
    ;; As if there were a comma before the text, which may be nothing but a number.
    (i32.store8 (i32.const 99391) (i32.const 0x2c))
    (i32.store (i32.const 66560) (i32.const 99391))
    (drop (call $look (i32.const 66564) (local.get $end) (local.get $quotes) (i32.const 32)))
    (local.set $block (i32.const 99392))
    (block $done (loop $turns
      (br_if $done (i32.ge_u (local.get $block) (local.get $end)))
      (local.set $stop (i32.add (local.get $block) (i32.const 8192)))
      (local.set $stop (select (local.get $stop) (local.get $end) (i32.lt_u (local.get $stop) (local.get $end))))
      (br_if $done (call $look
        (call $signs (local.get $block) (local.get $stop) (local.get $quotes))
        (local.get $end)
        (local.get $quotes)
        (i32.shl (local.get $maxDepth) (i32.const 5))))
      (local.set $block (local.get $stop))
      (br $turns)))
    (i32.or (global.get $suspicious) (i32.shl (i32.ne (global.get $oddText) (i32.const 0)) (i32.const 1))))

  ;; The places of brackets, colons and commas outside strings, written down from 66560 on; where they end is the result.
  (func $signs (param $block i32) (param $stop i32) (param $quotes i32) (result i32)
    (local $out i32)
    (local $next i32)
    (local $bytes v128)
    (local $slashes v128)
    (local $high v128)
    (local $quote0 i32)
    (local $quote1 i32)
    (local $quote2 i32)
    (local $quote3 i32)
    (local $sign0 i32)
    (local $sign1 i32)
    (local $sign2 i32)
    (local $sign3 i32)
    (local $quote i64)
    (local $sign i64)
    (local $inString i64)
    (local $look i64)
    (local $lane i32)
    (local $shift i64)
    (local $backslash i64)
    (local $escaped i64)
    (local $bits i64)
    (local $bit i64)
    (local.set $out (i32.const 66560))
    (loop $blocks
      ;; A sign is the one that ends in the same four bits; '[' and ']' are read as '{' and '}'.
      (local.set $bytes (v128.load (local.get $block)))
      (local.set $quote0 (i8x16.bitmask (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x22)))))
      (local.set $slashes (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x5c))))
      (local.set $high (v128.or (local.get $high) (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0xef)))))
      (local.set $sign0 (i8x16.bitmask (i8x16.eq
        (v128.or (local.get $bytes) (i8x16.splat (i32.const 0x20)))
        (i8x16.swizzle
          (v128.const i8x16 0 0 0 0 0 0 0 0 0 0 0x3a 0x7b 0x2c 0x7d 0 0)
          (v128.and (local.get $bytes) (i8x16.splat (i32.const 0x0f)))))))
      (local.set $bytes (v128.load offset=16 (local.get $block)))
      (local.set $quote1 (i8x16.bitmask (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x22)))))
      (local.set $slashes (v128.or (local.get $slashes) (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x5c)))))
      (local.set $high (v128.or (local.get $high) (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0xef)))))
      (local.set $sign1 (i8x16.bitmask (i8x16.eq
        (v128.or (local.get $bytes) (i8x16.splat (i32.const 0x20)))
        (i8x16.swizzle
          (v128.const i8x16 0 0 0 0 0 0 0 0 0 0 0x3a 0x7b 0x2c 0x7d 0 0)
          (v128.and (local.get $bytes) (i8x16.splat (i32.const 0x0f)))))))
      (local.set $bytes (v128.load offset=32 (local.get $block)))
      (local.set $quote2 (i8x16.bitmask (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x22)))))
      (local.set $slashes (v128.or (local.get $slashes) (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x5c)))))
      (local.set $high (v128.or (local.get $high) (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0xef)))))
      (local.set $sign2 (i8x16.bitmask (i8x16.eq
        (v128.or (local.get $bytes) (i8x16.splat (i32.const 0x20)))
        (i8x16.swizzle
          (v128.const i8x16 0 0 0 0 0 0 0 0 0 0 0x3a 0x7b 0x2c 0x7d 0 0)
          (v128.and (local.get $bytes) (i8x16.splat (i32.const 0x0f)))))))
      (local.set $bytes (v128.load offset=48 (local.get $block)))
      (local.set $quote3 (i8x16.bitmask (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x22)))))
      (local.set $slashes (v128.or (local.get $slashes) (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x5c)))))
      (local.set $high (v128.or (local.get $high) (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0xef)))))
      (local.set $sign3 (i8x16.bitmask (i8x16.eq
        (v128.or (local.get $bytes) (i8x16.splat (i32.const 0x20)))
        (i8x16.swizzle
          (v128.const i8x16 0 0 0 0 0 0 0 0 0 0 0x3a 0x7b 0x2c 0x7d 0 0)
          (v128.and (local.get $bytes) (i8x16.splat (i32.const 0x0f)))))))
      (local.set $quote (i64.or
        (i64.extend_i32_u (i32.or (local.get $quote0) (i32.shl (local.get $quote1) (i32.const 16))))
        (i64.shl (i64.extend_i32_u (i32.or (local.get $quote2) (i32.shl (local.get $quote3) (i32.const 16)))) (i64.const 32))))
      (local.set $sign (i64.or
        (i64.extend_i32_u (i32.or (local.get $sign0) (i32.shl (local.get $sign1) (i32.const 16))))
        (i64.shl (i64.extend_i32_u (i32.or (local.get $sign2) (i32.shl (local.get $sign3) (i32.const 16)))) (i64.const 32))))

      ;; Which bytes an escape takes the meaning from. Few texts have any.
      (if (i32.or (v128.any_true (local.get $slashes)) (i32.wrap_i64 (global.get $openEscape))) (then
        (local.set $backslash (i64.const 0))
        (local.set $shift (i64.const 0))
        (local.set $lane (local.get $block))
        (loop $lanes
          (local.set $backslash (i64.or (local.get $backslash) (i64.shl (i64.extend_i32_u (i8x16.bitmask
            (i8x16.eq (v128.load (local.get $lane)) (i8x16.splat (i32.const 0x5c))))) (local.get $shift))))
          (local.set $lane (i32.add (local.get $lane) (i32.const 16)))
          (local.set $shift (i64.add (local.get $shift) (i64.const 16)))
          (br_if $lanes (i64.lt_u (local.get $shift) (i64.const 64))))
        (local.set $escaped (global.get $openEscape))
        (local.set $bits (i64.and (local.get $backslash) (i64.xor (global.get $openEscape) (i64.const -1))))
        (global.set $openEscape (i64.const 0))
        (block $noMore (loop $escapes
          (br_if $noMore (i64.eqz (local.get $bits)))
          (local.set $bit (i64.ctz (local.get $bits)))
          (local.set $bits (i64.and (local.get $bits) (i64.sub (local.get $bits) (i64.const 1))))
          (global.set $lastBackslash (i32.add (local.get $block) (i32.wrap_i64 (local.get $bit))))
          (if (i64.eq (local.get $bit) (i64.const 63))
            (then (global.set $openEscape (i64.const 1)))
            (else
              (local.set $bit (i64.shl (i64.const 2) (local.get $bit)))
              (local.set $escaped (i64.or (local.get $escaped) (local.get $bit)))
              (local.set $bits (i64.and (local.get $bits) (i64.xor (local.get $bit) (i64.const -1))))))
          (local.set $next (i32.load8_u offset=1 (global.get $lastBackslash)))
          ;; \b, \f and \u
          (global.set $oddText (i32.or (global.get $oddText) (i32.or
            (i32.eq (local.get $next) (i32.const 0x75))
            (i32.or (i32.eq (local.get $next) (i32.const 0x62)) (i32.eq (local.get $next) (i32.const 0x66))))))
          ;; \u0000 and \ud800 to \udfff: a good pair is let pass by the closer look.
          (if (i32.eq (local.get $next) (i32.const 0x75)) (then
            (if (i32.or
                  (i32.eq (i32.or (i32.load8_u offset=2 (global.get $lastBackslash)) (i32.const 0x20)) (i32.const 0x64))
                  (i32.eq (i32.load offset=2 (global.get $lastBackslash)) (i32.const 0x30303030)))
              (then (global.set $suspicious (i32.const 1))))))
          (br $escapes)))
        (local.set $quote (i64.and (local.get $quote) (i64.xor (local.get $escaped) (i64.const -1))))))
      (i64.store
        (i32.add (local.get $quotes)
          (i32.shl (i32.shr_u (i32.sub (local.get $block) (i32.const 99392)) (i32.const 6)) (i32.const 3)))
        (local.get $quote))

      ;; Each bit becomes the sum of those up to it: 1 from a quote that begins a string to the one that ends it.
      (local.set $inString (i64.xor (local.get $quote) (i64.shl (local.get $quote) (i64.const 1))))
      (local.set $inString (i64.xor (local.get $inString) (i64.shl (local.get $inString) (i64.const 2))))
      (local.set $inString (i64.xor (local.get $inString) (i64.shl (local.get $inString) (i64.const 4))))
      (local.set $inString (i64.xor (local.get $inString) (i64.shl (local.get $inString) (i64.const 8))))
      (local.set $inString (i64.xor (local.get $inString) (i64.shl (local.get $inString) (i64.const 16))))
      (local.set $inString (i64.xor (local.get $inString) (i64.shl (local.get $inString) (i64.const 32))))
      (local.set $inString (i64.xor (local.get $inString) (global.get $openString)))
      (global.set $openString (i64.shr_s (local.get $inString) (i64.const 63)))

      (local.set $look (i64.and (local.get $sign) (i64.xor (local.get $inString) (i64.const -1))))

      ;; Eight are written whether there are so many or not, so that nothing hangs on how many there are.
      (local.set $next (i32.add (local.get $out) (i32.shl (i32.wrap_i64 (i64.popcnt (local.get $look))) (i32.const 2))))
      (loop $eights
        (i32.store (local.get $out) (i32.add (local.get $block) (i32.wrap_i64 (i64.ctz (local.get $look)))))
        (local.set $look (i64.and (local.get $look) (i64.sub (local.get $look) (i64.const 1))))
        (i32.store offset=4 (local.get $out) (i32.add (local.get $block) (i32.wrap_i64 (i64.ctz (local.get $look)))))
        (local.set $look (i64.and (local.get $look) (i64.sub (local.get $look) (i64.const 1))))
        (i32.store offset=8 (local.get $out) (i32.add (local.get $block) (i32.wrap_i64 (i64.ctz (local.get $look)))))
        (local.set $look (i64.and (local.get $look) (i64.sub (local.get $look) (i64.const 1))))
        (i32.store offset=12 (local.get $out) (i32.add (local.get $block) (i32.wrap_i64 (i64.ctz (local.get $look)))))
        (local.set $look (i64.and (local.get $look) (i64.sub (local.get $look) (i64.const 1))))
        (i32.store offset=16 (local.get $out) (i32.add (local.get $block) (i32.wrap_i64 (i64.ctz (local.get $look)))))
        (local.set $look (i64.and (local.get $look) (i64.sub (local.get $look) (i64.const 1))))
        (i32.store offset=20 (local.get $out) (i32.add (local.get $block) (i32.wrap_i64 (i64.ctz (local.get $look)))))
        (local.set $look (i64.and (local.get $look) (i64.sub (local.get $look) (i64.const 1))))
        (i32.store offset=24 (local.get $out) (i32.add (local.get $block) (i32.wrap_i64 (i64.ctz (local.get $look)))))
        (local.set $look (i64.and (local.get $look) (i64.sub (local.get $look) (i64.const 1))))
        (i32.store offset=28 (local.get $out) (i32.add (local.get $block) (i32.wrap_i64 (i64.ctz (local.get $look)))))
        (local.set $look (i64.and (local.get $look) (i64.sub (local.get $look) (i64.const 1))))
        (local.set $out (i32.add (local.get $out) (i32.const 32)))
        (br_if $eights (i64.ne (local.get $look) (i64.const 0))))
      (local.set $out (local.get $next))
      (local.set $block (i32.add (local.get $block) (i32.const 64)))
      (br_if $blocks (i32.lt_u (local.get $block) (local.get $stop))))
    (global.set $oddText (i32.or (global.get $oddText) (v128.any_true (local.get $high))))
    (local.get $out))

  ;; Looks at each of those signs. 1 where the text is nested too deep, and nothing more can be said of it.
  (func $look (param $out i32) (param $end i32) (param $quotes i32) (param $deepest i32) (result i32)
    (local $level i32)
    (local $hashes i32)
    (local $place i32)
    (local $at i32)
    (local $byte i32)
    (local $from i32)
    (local $to i32)
    (local $word i32)
    (local $other i32)
    (local $here i32)
    (local $opens i32)
    (local $closes i32)
    (local $bits i64)
    (local $bit i64)
    (local $hash i64)
    (local.set $level (global.get $level))
    (local.set $hashes (global.get $hashes))
    (local.set $place (i32.const 66560))
    (block $noMore (loop $looks
      (br_if $noMore (i32.ge_u (local.get $place) (local.get $out)))
      (local.set $at (i32.load (local.get $place)))
      (local.set $byte (i32.load8_u (local.get $at)))
      (local.set $place (i32.add (local.get $place) (i32.const 4)))
      (if (i32.eq (local.get $byte) (i32.const 0x3a))
        (then
          ;; The string before a colon is a key: its end, then its beginning.
          (local.set $to (i32.sub (local.get $at) (i32.const 1)))
          (loop $spaces
            (if (i32.and (i32.le_u (i32.load8_u (local.get $to)) (i32.const 0x20))
                         (i32.gt_u (local.get $to) (i32.const 99392))) (then
              (local.set $to (i32.sub (local.get $to) (i32.const 1)))
              (br $spaces))))
          (br_if $looks (i32.ne (i32.load8_u (local.get $to)) (i32.const 0x22)))
          (local.set $word (i32.sub (local.get $to) (i32.const 99392)))
          (local.set $bits (i64.sub (i64.shl (i64.const 1) (i64.extend_i32_u (local.get $word))) (i64.const 1)))
          (local.set $word (i32.shr_u (local.get $word) (i32.const 6)))
          (local.set $bits (i64.and (local.get $bits)
            (i64.load (i32.add (local.get $quotes) (i32.shl (local.get $word) (i32.const 3))))))
          ;; Mostly it begins in the same sixty-four bytes, else in those before; which of them is as good as chance.
          (local.set $here (i64.ne (local.get $bits) (i64.const 0)))
          (local.set $bits (select (local.get $bits)
            (i64.load (i32.sub (i32.add (local.get $quotes) (i32.shl (local.get $word) (i32.const 3))) (i32.const 8)))
            (local.get $here)))
          (local.set $word (i32.sub (local.get $word) (i32.xor (local.get $here) (i32.const 1))))
          (loop $words
            (if (i64.eqz (local.get $bits)) (then
              ;; A string that ends and does not begin.
              (br_if $looks (i32.le_s (local.get $word) (i32.const 0)))
              (local.set $word (i32.sub (local.get $word) (i32.const 1)))
              (local.set $bits (i64.load (i32.add (local.get $quotes) (i32.shl (local.get $word) (i32.const 3)))))
              (br $words))))
          (local.set $from (i32.sub
            (i32.add (i32.const 99456) (i32.shl (local.get $word) (i32.const 6)))
            (i32.wrap_i64 (i64.clz (local.get $bits)))))
          (i32.store offset=4 (local.get $level) (local.get $from))
          (i32.store offset=8 (local.get $level) (local.get $to))

          ;; An escaped key may be the same as one that is not.
          (if (i32.ge_u (global.get $lastBackslash) (local.get $from)) (then
            (local.set $word (local.get $from))
            (block $noEscape (loop $characters
              (br_if $noEscape (i32.ge_u (local.get $word) (local.get $to)))
              (if (i32.eq (i32.load8_u (local.get $word)) (i32.const 0x5c)) (then (global.set $suspicious (i32.const 1))))
              (local.set $word (i32.add (local.get $word) (i32.const 1)))
              (br $characters)))))

          ;; Equal keys have equal hashes. The first and the last eight bytes are one step for nearly all of them.
          (local.set $word (i32.sub (local.get $to) (local.get $from)))
          (local.set $hash (i64.extend_i32_u (local.get $word)))
          (local.set $hash (i64.add (local.get $hash)
            (i64.mul (i64.const 0x9e3779b97f4a7c15)
              (i64.and (i64.load (local.get $from))
                (select (i64.const -1)
                  (i64.sub (i64.shl (i64.const 1) (i64.shl (local.get $hash) (i64.const 3))) (i64.const 1))
                  (i32.ge_u (local.get $word) (i32.const 8)))))))
          (local.set $hash (i64.mul (i64.const 0xd6e8feb86659fd93)
            (i64.xor (i64.rotl (local.get $hash) (i64.const 32))
              (select (i64.load (i32.sub (local.get $to) (i32.const 8))) (i64.const 0)
                (i32.gt_u (local.get $word) (i32.const 8))))))
          (if (i32.gt_u (local.get $word) (i32.const 16)) (then
            (local.set $word (i32.sub (local.get $to) (i32.const 8)))
            (loop $eights
              (local.set $from (i32.add (local.get $from) (i32.const 8)))
              (if (i32.lt_u (local.get $from) (local.get $word)) (then
                (local.set $hash (i64.xor (local.get $hash) (i64.shr_u (local.get $hash) (i64.const 29))))
                (local.set $hash (i64.mul (i64.const 0x9e3779b97f4a7c15) (i64.xor (local.get $hash) (i64.load (local.get $from)))))
                (br $eights))))))

          ;; Another key of this object with such a hash?
          (local.set $word (i32.load offset=12 (local.get $level)))
          (local.set $bit (i64.shl (i64.const 1) (i64.shr_u (local.get $hash) (i64.const 58))))
          (local.set $bits (i64.load offset=16 (local.get $level)))
          (if (i64.ne (i64.and (local.get $bits) (local.get $bit)) (i64.const 0)) (then
            (local.set $other (local.get $word))
            (block $noOther (loop $others
              (br_if $noOther (i32.ge_u (local.get $other) (local.get $hashes)))
              (if (i64.eq (i64.load (local.get $other)) (local.get $hash)) (then (global.set $suspicious (i32.const 1))))
              (local.set $other (i32.add (local.get $other) (i32.const 8)))
              (br $others)))))
          (i64.store offset=16 (local.get $level) (i64.or (local.get $bits) (local.get $bit)))
          ;; No FHIR element has more than sixty-four children; an object that does gets the pass that keeps a set of its keys.
          (if (i32.or (i32.ge_u (i32.sub (local.get $hashes) (local.get $word)) (i32.const 512))
                      (i32.ge_u (local.get $hashes) (i32.const 66560)))
            (then (global.set $suspicious (i32.const 1)))
            (else
              (i64.store (local.get $hashes) (local.get $hash))
              (local.set $hashes (i32.add (local.get $hashes) (i32.const 8))))))
        (else
          ;; A comma or a bracket: without a branch, since it is as good as chance which. What is above the level is nobody's.
          (local.set $word (i32.or (local.get $byte) (i32.const 0x20)))
          (local.set $opens (i32.eq (local.get $word) (i32.const 0x7b)))
          (local.set $closes (i32.eq (local.get $word) (i32.const 0x7d)))
          (i32.store (local.get $level) (i32.add (i32.load (local.get $level)) (i32.eq (local.get $byte) (i32.const 0x2c))))
          (i32.store offset=32 (local.get $level) (i32.const 0))
          (i32.store offset=44 (local.get $level) (local.get $hashes))
          (i64.store offset=48 (local.get $level) (i64.const 0))
          (i32.store offset=56 (local.get $level) (i32.eq (local.get $byte) (i32.const 0x7b)))
          (local.set $hashes (select (i32.load offset=12 (local.get $level)) (local.get $hashes) (local.get $closes)))
          (local.set $level (i32.add (local.get $level)
            (i32.shl (i32.sub (local.get $opens)
              (i32.and (local.get $closes) (i32.ne (local.get $level) (i32.const 0)))) (i32.const 5))))
          (if (i32.gt_u (local.get $level) (local.get $deepest))
            (then (global.set $suspicious (i32.const 1)) (return (i32.const 1))))))

      ;; Is what comes next a number?
      (local.set $word (local.get $byte))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (local.set $byte (i32.load8_u (local.get $at)))
      (if (i32.le_u (local.get $byte) (i32.const 0x20)) (then
        ;; After a bracket that closes, and in an object before a key, no white space need be looked through.
        (br_if $looks (i32.and (i32.ne (local.get $word) (i32.const 0x3a))
          (i32.or (i32.load offset=24 (local.get $level))
                  (i32.eq (i32.or (local.get $word) (i32.const 0x20)) (i32.const 0x7d)))))
        (loop $spaces
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (local.set $byte (i32.load8_u (local.get $at)))
          (br_if $spaces (i32.and (i32.le_u (local.get $byte) (i32.const 0x20)) (i32.lt_u (local.get $at) (local.get $end)))))))
      (br_if $looks (i32.gt_u (i32.sub (local.get $byte) (i32.const 0x2d)) (i32.const 12)))
      (call $number (local.get $at) (local.get $level))
      (br $looks)))
    (global.set $level (local.get $level))
    (global.set $hashes (local.get $hashes))
    (i32.const 0))

  ;; Plain numbers have at most 15 digits, no exponent, no closing zero after a point, are not tiny and not minus zero.
  (func $number (param $at i32) (param $level i32)
    (local $byte i32)
    (local $first i32)
    (local $end i32)
    (local $length i32)
    (local $point i32)
    (local $other i32)        ;; 1 for what is neither digit nor point
    (local.set $first (i32.add (local.get $at) (i32.eq (i32.load8_u (local.get $at)) (i32.const 0x2d))))
    (local.set $end (local.get $first))
    (block $noDigit (loop $digits
      (local.set $byte (i32.load8_u (local.get $end)))
      (if (i32.ge_u (i32.sub (local.get $byte) (i32.const 0x30)) (i32.const 10)) (then
        (if (i32.eq (local.get $byte) (i32.const 0x2e))
          (then (local.set $point (i32.const 1)))
          (else
            (br_if $noDigit (i32.and
              (i32.ne (i32.or (local.get $byte) (i32.const 0x20)) (i32.const 0x65))
              (i32.and (i32.ne (local.get $byte) (i32.const 0x2b)) (i32.ne (local.get $byte) (i32.const 0x2d)))))
            (local.set $other (i32.const 1))))))
      (local.set $end (i32.add (local.get $end) (i32.const 1)))
      (br $digits)))
    (local.set $length (i32.sub (local.get $end) (local.get $first)))
    (if (i32.or
          (i32.or (local.get $other) (i32.gt_u (i32.sub (local.get $length) (i32.const 1)) (i32.const 14)))
          (select
            (i32.or
              (i32.eq (i32.load8_u (i32.sub (local.get $end) (i32.const 1))) (i32.const 0x30))
              (i32.and (i32.eq (i32.load8_u (local.get $first)) (i32.const 0x30)) (i32.gt_u (local.get $length) (i32.const 8))))
            (i32.and
              (i32.eq (i32.load8_u (local.get $first)) (i32.const 0x30))
              (i32.or (i32.ne (local.get $first) (local.get $at)) (i32.gt_u (local.get $length) (i32.const 1))))
            (local.get $point)))
      (then (call $odd (local.get $at) (local.get $end) (i32.shr_u (local.get $level) (i32.const 5)))))))
