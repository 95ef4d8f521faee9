;; JSON in UTF-8 becomes a list of numbers that tells how to build its value, and each different string, number or word of it
;; is told once: see json-reader.ts, which puts the text into memory and builds the value, and docs/decisions/0030-json-as-written.md.
;; After an edit: `npm run wasm`.
;;
;; In turns of 8192 bytes: first sixty-four bytes at a time become sets of bits, a bit for each byte (quotes, what is inside
;; strings, signs), which give the places of brackets, colons and commas outside strings. The way of Langdale and Lemire,
;; https://arxiv.org/abs/1902.08318. Then each sign is looked at, and what stands between it and the one before: nothing, or
;; what should be one string, number or word. Whether it is one, JSON.parse says later, when it reads the different ones.
;;
;; The list: for a container, how many it holds, times 4, plus 0 for an object and 1 for an array; for anything else its number
;; among the different ones, times 4, plus 2; before each value of an object the number of its key among the known ones.
;;
;; Memory
;;   0        the answer: where the different ones end, how many they are, how many keys are known, where these end
;;   32       levels: 32 bytes for each container that is open; the outermost is an array that holds nothing but the text
;;              +0  commas so far                    +12 where its keys begin
;;              +4  its place in the list            +16 which keys it has: a bit for each sixty-fourth
;;              +8  4 for an array
;;   33536    which signs may come, after which sign
;;   33792    the keys of all open objects: 8192 of 4 bytes
;;   66560    places of signs: 8192 of 4 bytes
;;   99392    the known keys as they were written, a comma after each
;;   164928   the known keys: 2048 of 32 bytes
;;              +0  the first eight bytes            +20 the length, 0 where there is none
;;              +8  the last eight of a longer one   +24 its number
;;              +16 where it is written
;;   230528   the text, a bracket before it and one after it, and at least 64 spaces
;;   $seen    the different ones, like the keys: $seenSize bytes
;;   $list    the list
;;   $told    the different ones as they were written, a comma after each, or a line feed where 64 KB are full
(module
  ;; A number that might be printed with other digits: where it begins, where it ends, its number among the different ones.
  (import "json" "odd" (func $odd (param i32 i32 i32)))
  (memory (export "memory") 4)

  ;; In this order: after '{', after a comma in an object, after a colon, after '[', after a comma in an array, after a
  ;; container in an object, after a container in an array. For each the signs that may come with nothing before them, then
  ;; those with something: bit 0 ',', 7 ':', 23 '[', 24 ']', 39 '{', 40 '}'.
  (data (i32.const 33536)
    "\00\00\00\00\00\01\00\00\80\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\80\00\00\00\00\00\00\00"
    "\00\00\80\00\80\00\00\00\01\00\00\00\00\01\00\00\00\00\80\01\80\00\00\00\01\00\00\01\00\00\00\00"
    "\00\00\80\00\80\00\00\00\01\00\00\01\00\00\00\00\01\00\00\00\00\01\00\00\00\00\00\00\00\00\00\00"
    "\01\00\00\01\00\00\00\00\00\00\00\00\00\00\00\00")

  (global $suspicious (mut i32) (i32.const 0))
  (global $oddText (mut i32) (i32.const 0))            ;; not 0 where a string may hold a control character or none at all
  (global $openString (mut i64) (i64.const 0))     ;; all ones where the bytes before ended inside a string
  (global $openEscape (mut i64) (i64.const 0))     ;; 1 where they ended in a backslash
  (global $lastBackslash (mut i32) (i32.const 0))

  (global $level (mut i32) (i32.const 0))          ;; where the innermost open container is written down
  (global $keys (mut i32) (i32.const 0))           ;; where the next key of an open object goes
  (global $state (mut i32) (i32.const 0))          ;; which signs may come: 33536 + 16 × the place above
  (global $from (mut i32) (i32.const 0))           ;; where the last sign ended
  (global $list (mut i32) (i32.const 0))           ;; where the list goes on
  (global $told (mut i32) (i32.const 0))           ;; where the next different one goes
  (global $count (mut i32) (i32.const 0))          ;; how many there are
  (global $full (mut i32) (i32.const 0))           ;; where the next line feed is due

  ;; From text to text.
  (global $knownCount (mut i32) (i32.const 0))
  (global $knownEnd (mut i32) (i32.const 99392))

  (func (export "forget")
    (memory.fill (i32.const 164928) (i32.const 0) (i32.const 65536))
    (global.set $knownCount (i32.const 0))
    (global.set $knownEnd (i32.const 99392)))

  ;; Text from 230528 to $end. The answer is a sum: 1 where a look at every token has to decide, 2 where strings may hold
  ;; control characters other than tabs and ends of lines, or a character from U+F000 to U+FFFF, among which are those that are
  ;; none, 4 where there is no list, because this is no JSON or none that it can be made for, 8 where the known keys are full.
  (func (export "read")
    (param $end i32) (param $seen i32) (param $seenSize i32) (param $list i32) (param $told i32) (param $maxDepth i32)
    (result i32)
    (local $block i32)
    (local $stop i32)
    (local $failed i32)
    (global.set $suspicious (i32.const 0))
    (global.set $oddText (i32.const 0))
    (global.set $openString (i64.const 0))
    (global.set $openEscape (i64.const 0))
    (global.set $lastBackslash (i32.const 0))
    (global.set $level (i32.const 32))
    (global.set $keys (i32.const 33792))
    (global.set $state (i32.const 33584))
    (global.set $from (i32.const 230528))
    (global.set $list (i32.add (local.get $list) (i32.const 4)))
    (global.set $told (local.get $told))
    (global.set $count (i32.const 0))
    (global.set $full (i32.add (local.get $told) (i32.const 65536)))
    (i32.store offset=0 (i32.const 32) (i32.const 0))
    (i32.store offset=4 (i32.const 32) (local.get $list))
    (i32.store offset=8 (i32.const 32) (i32.const 4))
    (memory.fill (local.get $seen) (i32.const 0) (local.get $seenSize))
    (i32.store8 (local.get $end) (i32.const 0x5d))
    (local.set $block (i32.const 230528))
    (loop $turns
      (local.set $stop (i32.add (local.get $block) (i32.const 8192)))
      (local.set $stop (select (local.get $stop) (i32.add (local.get $end) (i32.const 1))
        (i32.le_u (local.get $stop) (local.get $end))))
      (local.set $failed (call $look
        (call $signs (local.get $block) (local.get $stop))
        (local.get $end)
        (local.get $seen)
        (local.get $seenSize)
        (i32.shl (i32.add (local.get $maxDepth) (i32.const 1)) (i32.const 5))))
      (local.set $block (local.get $stop))
      (br_if $turns (i32.and (i32.eqz (local.get $failed)) (i32.le_u (local.get $block) (local.get $end)))))
    (i32.store offset=0 (i32.const 0) (global.get $told))
    (i32.store offset=4 (i32.const 0) (global.get $count))
    (i32.store offset=8 (i32.const 0) (global.get $knownCount))
    (i32.store offset=12 (i32.const 0) (global.get $knownEnd))
    (i32.or
      (i32.or (global.get $suspicious) (i32.shl (i32.ne (global.get $oddText) (i32.const 0)) (i32.const 1)))
      (i32.or (local.get $failed)
        ;; All that was opened was closed, and it is one value.
        (i32.shl
          (i32.or (i32.ne (global.get $level) (i32.const 0)) (i32.ne (i32.load (local.get $list)) (i32.const 5)))
          (i32.const 2)))))

  ;; The places of brackets, colons and commas outside strings, written down from 66560 on; where they end is the result.
  (func $signs (param $block i32) (param $stop i32) (result i32)
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

  ;; Looks at each of those signs. Not 0 where there will be no list: 4 or 8 as above.
  (func $look (param $out i32) (param $end i32) (param $seen i32) (param $seenSize i32) (param $deepest i32) (result i32)
    (local $level i32)
    (local $keys i32)
    (local $state i32)
    (local $list i32)
    (local $place i32)
    (local $at i32)
    (local $sign i32)
    (local $from i32)
    (local $to i32)
    (local $length i32)
    (local $byte i32)
    (local $table i32)
    (local $mask i32)
    (local $entry i32)
    (local $tries i32)
    (local $number i32)
    (local $other i32)
    (local $copied i32)
    (local $written i32)
    (local $separator i32)
    (local $goal i32)
    (local $first i64)
    (local $last i64)
    (local $hash i64)
    (local $bits i64)
    (local $bit i64)
    (local.set $level (global.get $level))
    (local.set $keys (global.get $keys))
    (local.set $state (global.get $state))
    (local.set $list (global.get $list))
    (local.set $from (global.get $from))
    (local.set $place (i32.const 66560))
    (block $noMore (loop $looks
      (br_if $noMore (i32.ge_u (local.get $place) (local.get $out)))
      (local.set $at (i32.load (local.get $place)))
      (local.set $place (i32.add (local.get $place) (i32.const 4)))
      (local.set $sign (i32.load8_u (local.get $at)))

      ;; What stands before it, without the white space around: https://www.rfc-editor.org/rfc/rfc8259#section-2
      (local.set $to (local.get $at))
      (if (i32.lt_u (local.get $from) (local.get $to)) (then
        (block $noSpace (loop $spaces
          (local.set $byte (i32.load8_u (local.get $from)))
          (br_if $noSpace (i32.gt_u (local.get $byte) (i32.const 0x20)))
          (br_if $noSpace (i64.eqz (i64.and (i64.const 1)
            (i64.shr_u (i64.const 0x100002600) (i64.extend_i32_u (local.get $byte))))))
          (local.set $from (i32.add (local.get $from) (i32.const 1)))
          (br_if $spaces (i32.lt_u (local.get $from) (local.get $to)))))
        (block $noSpace (loop $spaces
          (local.set $byte (i32.load8_u (i32.sub (local.get $to) (i32.const 1))))
          (br_if $noSpace (i32.gt_u (local.get $byte) (i32.const 0x20)))
          (br_if $noSpace (i64.eqz (i64.and (i64.const 1)
            (i64.shr_u (i64.const 0x100002600) (i64.extend_i32_u (local.get $byte))))))
          (br_if $noSpace (i32.le_u (local.get $to) (local.get $from)))
          (local.set $to (i32.sub (local.get $to) (i32.const 1)))
          (br $spaces)))))
      (local.set $length (i32.sub (local.get $to) (local.get $from)))

      (if (i64.eqz (i64.and (i64.const 1) (i64.shr_u
            (i64.load (i32.add (local.get $state) (i32.shl (i32.ne (local.get $length) (i32.const 0)) (i32.const 3))))
            (i64.extend_i32_u (i32.sub (i32.shr_u (local.get $sign) (i32.const 1)) (i32.const 22))))))
        (then (return (i32.const 4))))

      (if (local.get $length) (then
        ;; The first and the last eight bytes tell apart all of the short ones; the hash is of all bytes.
        (local.set $hash (i64.extend_i32_u (local.get $length)))
        (if (i32.gt_u (local.get $length) (i32.const 16))
          (then
            (local.set $first (i64.load (local.get $from)))
            (local.set $goal (i32.sub (local.get $to) (i32.const 8)))
            (local.set $last (i64.load (local.get $goal)))
            (local.set $copied (i32.add (local.get $from) (i32.const 8)))
            (loop $sixteens
              (local.set $other (i32.add (local.get $copied) (i32.const 8)))
              (local.set $hash (i64.xor
                (i64.mul (i64.const 0x9e3779b97f4a7c15) (i64.xor (i64.rotl (local.get $hash) (i64.const 29))
                  (i64.load (local.get $copied))))
                (i64.mul (i64.const 0xc2b2ae3d27d4eb4f) (i64.load
                  (select (local.get $other) (local.get $goal) (i32.lt_u (local.get $other) (local.get $goal)))))))
              (local.set $copied (i32.add (local.get $copied) (i32.const 16)))
              (br_if $sixteens (i32.lt_u (local.get $copied) (local.get $goal)))))
          (else
            (local.set $first (i64.and (i64.load (local.get $from))
              (select (i64.const -1)
                (i64.sub (i64.shl (i64.const 1) (i64.shl (local.get $hash) (i64.const 3))) (i64.const 1))
                (i32.ge_u (local.get $length) (i32.const 8)))))
            (local.set $last (select (i64.load (i32.sub (local.get $to) (i32.const 8))) (i64.const 0)
              (i32.gt_u (local.get $length) (i32.const 8))))))
        (local.set $hash (i64.add (local.get $hash) (i64.xor
          (i64.mul (i64.const 0x9e3779b97f4a7c15) (local.get $first))
          (i64.mul (i64.const 0xd6e8feb86659fd93) (local.get $last)))))
        (local.set $hash (i64.mul (i64.const 0x9e3779b97f4a7c15)
          (i64.xor (local.get $hash) (i64.shr_u (local.get $hash) (i64.const 32)))))
        (if (i32.eq (local.get $sign) (i32.const 0x3a))
          (then
            (local.set $table (i32.const 164928))
            (local.set $mask (i32.const 65535))
            (if (i32.ne (i32.load8_u (local.get $from)) (i32.const 0x22)) (then (return (i32.const 4)))))
          (else
            (local.set $table (local.get $seen))
            (local.set $mask (i32.sub (local.get $seenSize) (i32.const 1)))))
        (local.set $entry (i32.and (i32.wrap_i64 (i64.shr_u (local.get $hash) (i64.const 32))) (i32.const -32)))
        (local.set $tries (i32.const 16))

        (block $known
          (block $new
            (loop $probes
              (local.set $entry (i32.and (local.get $entry) (local.get $mask)))
              (local.set $other (i32.add (local.get $table) (local.get $entry)))
              (local.set $number (i32.load offset=20 (local.get $other)))
              (br_if $new (i32.eqz (local.get $number)))
              (block $differs
                (br_if $differs (i32.ne (local.get $number) (local.get $length)))
                (br_if $differs (i64.ne (i64.load (local.get $other)) (local.get $first)))
                (br_if $differs (i64.ne (i64.load offset=8 (local.get $other)) (local.get $last)))
                (local.set $number (i32.load offset=24 (local.get $other)))
                (br_if $known (i32.le_u (local.get $length) (i32.const 16)))
                (local.set $other (i32.load offset=16 (local.get $other)))
                (local.set $copied (local.get $from))
                (local.set $goal (i32.sub (local.get $to) (i32.const 16)))
                (loop $sixteens
                  (br_if $differs (i32.eqz (i8x16.all_true
                    (i8x16.eq (v128.load (local.get $copied)) (v128.load (local.get $other))))))
                  (local.set $copied (i32.add (local.get $copied) (i32.const 16)))
                  (local.set $other (i32.add (local.get $other) (i32.const 16)))
                  (br_if $sixteens (i32.lt_u (local.get $copied) (local.get $goal))))
                ;; What is left of it, and some of what was seen.
                (local.set $other (i32.sub (local.get $other) (i32.sub (local.get $copied) (local.get $goal))))
                (br_if $known (i8x16.all_true
                  (i8x16.eq (v128.load (local.get $goal)) (v128.load (local.get $other))))))
              (local.set $entry (i32.add (local.get $entry) (i32.const 32)))
              (local.set $tries (i32.sub (local.get $tries) (i32.const 1)))
              (br_if $probes (local.get $tries))))
          (local.set $byte (i32.load8_u (local.get $from)))
          (if (i32.eq (local.get $sign) (i32.const 0x3a))
            (then
              (if (i32.or (i32.eqz (local.get $tries)) (i32.or
                    (i32.ge_u (global.get $knownCount) (i32.const 1024))
                    (i32.gt_u (i32.add (global.get $knownEnd) (local.get $length)) (i32.const 164904))))
                (then (return (i32.const 8))))
              (local.set $separator (i32.const 0x2c))
              (local.set $number (global.get $knownCount))
              (local.set $goal (global.get $knownEnd))
              (local.set $written (local.get $goal))
              (global.set $knownCount (i32.add (local.get $number) (i32.const 1)))
              (global.set $knownEnd (i32.add (i32.add (local.get $goal) (local.get $length)) (i32.const 1))))
            (else
              (local.set $number (global.get $count))
              (local.set $goal (global.get $told))
              (local.set $written (local.get $from))
              (global.set $count (i32.add (local.get $number) (i32.const 1)))
              (global.set $told (i32.add (i32.add (local.get $goal) (local.get $length)) (i32.const 1)))
              (local.set $separator (i32.const 0x2c))
              (if (i32.ge_u (global.get $told) (global.get $full)) (then
                (local.set $separator (i32.const 0x0a))
                (global.set $full (i32.add (global.get $told) (i32.const 65536)))))
              ;; Where the table is full the rest is told as often as it comes.
              (if (i32.ge_u (i32.shl (local.get $number) (i32.const 5)) (i32.shr_u (local.get $seenSize) (i32.const 1)))
                (then (local.set $tries (i32.const 0))))
              (if (i32.le_u (i32.sub (local.get $byte) (i32.const 0x2d)) (i32.const 12))
                (then (call $number (local.get $from) (local.get $to) (local.get $number))))))
          (if (local.get $tries) (then
            (i64.store offset=0 (local.get $other) (local.get $first))
            (i64.store offset=8 (local.get $other) (local.get $last))
            (i32.store offset=16 (local.get $other) (local.get $written))
            (i32.store offset=20 (local.get $other) (local.get $length))
            (i32.store offset=24 (local.get $other) (local.get $number))))
          (local.set $copied (local.get $from))
          (loop $sixteens
            (v128.store (local.get $goal) (v128.load (local.get $copied)))
            (local.set $goal (i32.add (local.get $goal) (i32.const 16)))
            (local.set $copied (i32.add (local.get $copied) (i32.const 16)))
            (br_if $sixteens (i32.lt_u (local.get $copied) (local.get $to))))
          (i32.store8 (i32.sub (local.get $goal) (i32.sub (local.get $copied) (local.get $to))) (local.get $separator)))

        (if (i32.eq (local.get $sign) (i32.const 0x3a))
          (then
            ;; Another key of this object that is the same?
            (local.set $bit (i64.shl (i64.const 1) (i64.extend_i32_u (local.get $number))))
            (local.set $bits (i64.load offset=16 (local.get $level)))
            (local.set $other (i32.load offset=12 (local.get $level)))
            ;; No FHIR element has more than sixty-four children; an object that does gets the pass that keeps a set of its keys.
            (if (i32.or (i32.ge_u (i32.sub (local.get $keys) (local.get $other)) (i32.const 256))
                        (i32.ge_u (local.get $keys) (i32.const 66560)))
              (then (global.set $suspicious (i32.const 1)))
              (else
                (if (i64.ne (i64.and (local.get $bits) (local.get $bit)) (i64.const 0)) (then
                  (block $noOther (loop $others
                    (br_if $noOther (i32.ge_u (local.get $other) (local.get $keys)))
                    (if (i32.eq (i32.load (local.get $other)) (local.get $number)) (then (global.set $suspicious (i32.const 1))))
                    (local.set $other (i32.add (local.get $other) (i32.const 4)))
                    (br $others)))))
                (i64.store offset=16 (local.get $level) (i64.or (local.get $bits) (local.get $bit)))
                (i32.store (local.get $keys) (local.get $number))
                (local.set $keys (i32.add (local.get $keys) (i32.const 4))))))
          (else
            (local.set $number (i32.or (i32.shl (local.get $number) (i32.const 2)) (i32.const 2)))))
        (i32.store (local.get $list) (local.get $number))
        (local.set $list (i32.add (local.get $list) (i32.const 4)))))

      (local.set $from (i32.add (local.get $at) (i32.const 1)))
      (block $next
        (block $opens
          (if (i32.eq (local.get $sign) (i32.const 0x3a)) (then
            (local.set $state (i32.const 33568))
            (br $next)))
          (if (i32.eq (local.get $sign) (i32.const 0x2c)) (then
            (i32.store (local.get $level) (i32.add (i32.load (local.get $level)) (i32.const 1)))
            ;; After a comma in an array is three places after one in an object.
            (local.set $state (i32.add (i32.const 33552)
              (i32.mul (i32.load offset=8 (local.get $level)) (i32.const 12))))
            (br $next)))
          (br_if $opens (i32.ne (i32.and (local.get $sign) (i32.const 0x7)) (i32.const 5)))
          ;; Closed: as many as there were commas, and one more unless it was empty.
          (i32.store (i32.load offset=4 (local.get $level)) (i32.or
            (i32.shl
              (i32.add (i32.load (local.get $level)) (i32.or
                (i32.ne (local.get $length) (i32.const 0))
                (i32.and (i32.ne (local.get $state) (i32.const 33536)) (i32.ne (local.get $state) (i32.const 33584)))))
              (i32.const 2))
            (i32.shr_u (i32.load offset=8 (local.get $level)) (i32.const 2))))
          (local.set $keys (i32.load offset=12 (local.get $level)))
          (local.set $level (i32.sub (local.get $level) (i32.const 32)))
          (if (i32.eqz (local.get $level)) (then
            (global.set $level (local.get $level))
            (return (i32.shl (i32.ne (local.get $at) (local.get $end)) (i32.const 2)))))
          (local.set $state (i32.add (i32.const 33616) (i32.shl (i32.load offset=8 (local.get $level)) (i32.const 2))))
          (br $next))
        (local.set $level (i32.add (local.get $level) (i32.const 32)))
        (if (i32.gt_u (local.get $level) (local.get $deepest))
          (then (global.set $suspicious (i32.const 1)) (return (i32.const 4))))
        (i32.store offset=0 (local.get $level) (i32.const 0))
        (i32.store offset=4 (local.get $level) (local.get $list))
        (i32.store offset=8 (local.get $level) (i32.and (i32.shr_u (i32.xor (local.get $sign) (i32.const 0x7b)) (i32.const 3)) (i32.const 4)))
        (i32.store offset=12 (local.get $level) (local.get $keys))
        (i64.store offset=16 (local.get $level) (i64.const 0))
        (local.set $list (i32.add (local.get $list) (i32.const 4)))
        (local.set $state (select (i32.const 33536) (i32.const 33584) (i32.eq (local.get $sign) (i32.const 0x7b)))))
      (br $looks)))
    (global.set $level (local.get $level))
    (global.set $keys (local.get $keys))
    (global.set $state (local.get $state))
    (global.set $list (local.get $list))
    (global.set $from (local.get $from))
    (i32.const 0))

  ;; Plain numbers have at most 15 digits, no exponent, no closing zero after a point, are not tiny and not minus zero.
  (func $number (param $from i32) (param $to i32) (param $number i32)
    (local $byte i32)
    (local $first i32)
    (local $at i32)
    (local $length i32)
    (local $point i32)
    (local $other i32)        ;; 1 for what is neither digit nor point
    (local.set $first (i32.add (local.get $from) (i32.eq (i32.load8_u (local.get $from)) (i32.const 0x2d))))
    (local.set $at (local.get $first))
    (block $noMore (loop $digits
      (br_if $noMore (i32.ge_u (local.get $at) (local.get $to)))
      (local.set $byte (i32.load8_u (local.get $at)))
      (if (i32.ge_u (i32.sub (local.get $byte) (i32.const 0x30)) (i32.const 10)) (then
        (if (i32.eq (local.get $byte) (i32.const 0x2e))
          (then (local.set $point (i32.const 1)))
          (else (local.set $other (i32.const 1))))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $digits)))
    (local.set $length (i32.sub (local.get $to) (local.get $first)))
    (if (i32.or
          (i32.or (local.get $other) (i32.gt_u (i32.sub (local.get $length) (i32.const 1)) (i32.const 14)))
          (select
            (i32.or
              (i32.eq (i32.load8_u (i32.sub (local.get $to) (i32.const 1))) (i32.const 0x30))
              (i32.and (i32.eq (i32.load8_u (local.get $first)) (i32.const 0x30)) (i32.gt_u (local.get $length) (i32.const 8))))
            (i32.and
              (i32.eq (i32.load8_u (local.get $first)) (i32.const 0x30))
              (i32.or (i32.ne (local.get $first) (local.get $from)) (i32.gt_u (local.get $length) (i32.const 1))))
            (local.get $point)))
      (then (call $odd (local.get $from) (local.get $to) (local.get $number))))))
