-- Written by schema-generator from Protocol/schema.json. Edit that instead.
--
-- A Wireshark dissector for link type USER0 (147): wireshark -X lua_script:Protocol/fieldtune.lua TRACE.pcap
local ENUMS = {
  frameKind = {
    [0] = "hello",
    [1] = "data",
    [2] = "ack",
    [3] = "ping",
  },
  channel = {
    [0] = "control",
    [1] = "samples",
    [2] = "telemetry",
    [3] = "bulk",
    [4] = "log",
    [5] = "time",
  },
  sampleMode = {
    [0] = "train",
    [1] = "evaluate",
    [2] = "infer",
  },
  runState = {
    [0] = "idle",
    [1] = "running",
    [2] = "ended",
    [3] = "failed",
  },
  segmentKind = {
    [0] = "header",
    [1] = "ranges",
    [2] = "biases",
    [3] = "weights",
    [4] = "residuals",
    [5] = "velocities",
    [6] = "counters",
  },
  counterUnit = {
    [0] = "instructions",
    [1] = "cycles",
    [2] = "nanoseconds",
  },
  refusal = {
    [1] = "protocolVersion",
    [2] = "schema",
    [3] = "busy",
  },
  pauseReason = {
    [0] = "flashErase",
    [1] = "user",
    [2] = "thermal",
  },
  crashKind = {
    [1] = "hardFault",
    [2] = "memoryFault",
    [3] = "busFault",
    [4] = "usageFault",
    [5] = "unexpectedInterrupt",
    [6] = "assertion",
    [7] = "stalled",
    [8] = "watchdog",
  },
  logLevel = {
    [0] = "debug",
    [1] = "info",
    [2] = "warning",
    [3] = "error",
  },
  logEvent = {
    [1] = "clockInternal",
    [2] = "clockSlow",
    [3] = "bytesDropped",
    [4] = "lineErrors",
    [5] = "speedFellBack",
    [6] = "messagesDropped",
  },
  speedState = {
    [0] = "refused",
    [1] = "testing",
    [2] = "committed",
  },
  keepResult = {
    [0] = "kept",
    [1] = "noStore",
    [2] = "tooLarge",
    [3] = "flashFault",
  },
  errorCategory = {
    [1] = "message",
    [2] = "session",
    [3] = "sample",
    [4] = "segment",
    [5] = "device",
  },
  errorCode = {
    [101] = "malformedMessage",
    [102] = "unknownMessage",
    [103] = "messageTooLong",
    [201] = "noRun",
    [202] = "wrongRun",
    [203] = "indexAhead",
    [204] = "indexForgotten",
    [205] = "runActive",
    [301] = "inputSize",
    [302] = "labelRange",
    [304] = "rateRange",
    [305] = "velocityMissing",
    [401] = "segmentUnknown",
    [402] = "segmentRange",
    [501] = "deviceFault",
  },
}
local CONSTANTS = {
  magic = 1314214982,
  headerBytes = 8,
  checksumBytes = 4,
  maximumBodyBytes = 640,
  minimumFragmentBytes = 16,
  maximumMessageBytes = 65600,
  maximumControlBytes = 128,
  windowFrames = 64,
  helloIntervalMilliseconds = 200,
  unaskedHelloMilliseconds = 100,
  hostSilenceMilliseconds = 10000,
  deviceSilenceMilliseconds = 10000,
  keepaliveMilliseconds = 250,
  speedTestMilliseconds = 1000,
  speedSilenceMilliseconds = 2000,
}
local STRUCTS = {
  segmentInfo = {
    { name = "kind", type = "u8", enum = "segmentKind" },
    { name = "byteCount", type = "u32" },
  },
  baudRate = {
    { name = "bitsPerSecond", type = "u32" },
  },
  memoryRegion = {
    { name = "name", type = "string", maximum = 15 },
    { name = "byteCount", type = "u32" },
    { name = "plannedBytes", type = "u32" },
    { name = "highWaterBytes", type = "u32" },
  },
}
local MESSAGES = {
  [1] = { name = "hostHello", from = 0, fields = {
    { name = "magic", type = "u32" },
    { name = "protocolMinimum", type = "u8" },
    { name = "protocolMaximum", type = "u8" },
    { name = "session", type = "u64" },
    { name = "attempt", type = "u32" },
    { name = "bootID", type = "u32" },
    { name = "connection", type = "u32" },
    { name = "schemaHash", type = "u64" },
    { name = "mtu", type = "u16" },
  } },
  [2] = { name = "deviceHello", from = 1, fields = {
    { name = "magic", type = "u32" },
    { name = "protocolMinimum", type = "u8" },
    { name = "protocolMaximum", type = "u8" },
    { name = "session", type = "u64" },
    { name = "attempt", type = "u32" },
    { name = "bootID", type = "u32" },
    { name = "connection", type = "u32" },
    { name = "schemaHash", type = "u64" },
    { name = "mtu", type = "u16" },
  } },
  [4] = { name = "deviceInfo", from = 1, fields = {
    { name = "bootID", type = "u32" },
    { name = "uid", type = "fixed", count = 12 },
    { name = "board", type = "string", maximum = 31 },
    { name = "firmware", type = "string", maximum = 31 },
    { name = "modelHash", type = "u64" },
    { name = "planHash", type = "u64" },
    { name = "semanticsHash", type = "u64" },
    { name = "layoutHash", type = "u64" },
    { name = "sampleQueueBytes", type = "u32" },
    { name = "sampleSlots", type = "u16" },
    { name = "recordSlots", type = "u16" },
    { name = "inputBytes", type = "u32" },
    { name = "targetBytes", type = "u32" },
    { name = "classCount", type = "u16" },
    { name = "segments", type = "array", of = "segmentInfo", maximum = 8 },
    { name = "bauds", type = "array", of = "baudRate", maximum = 8 },
    { name = "memory", type = "array", of = "memoryRegion", maximum = 8 },
    { name = "counterUnit", type = "u8", enum = "counterUnit" },
    { name = "counterHertz", type = "u32" },
    { name = "run", type = "u64" },
    { name = "nextIndex", type = "u32" },
    { name = "trainingStep", type = "u32" },
    { name = "checkpointGeneration", type = "u32" },
    { name = "state", type = "u8", enum = "runState" },
    { name = "bitsPerSecond", type = "u32" },
  } },
  [3] = { name = "refuse", from = 1, fields = {
    { name = "session", type = "u64" },
    { name = "attempt", type = "u32" },
    { name = "code", type = "u8", enum = "refusal" },
    { name = "protocolMinimum", type = "u8" },
    { name = "protocolMaximum", type = "u8" },
    { name = "schemaHash", type = "u64" },
    { name = "text", type = "string", maximum = 95 },
  } },
  [16] = { name = "runBegin", from = 0, fields = {
    { name = "run", type = "u64" },
    { name = "seed", type = "u32" },
    { name = "firstIndex", type = "u32" },
    { name = "flags", type = "u8" },
  } },
  [17] = { name = "runReport", from = 1, fields = {
    { name = "run", type = "u64" },
    { name = "nextIndex", type = "u32" },
    { name = "trainingStep", type = "u32" },
    { name = "digest", type = "u64" },
    { name = "state", type = "u8", enum = "runState" },
  } },
  [18] = { name = "runEnd", from = 0, fields = {
    { name = "run", type = "u64" },
  } },
  [19] = { name = "resetState", from = 0, fields = {
    { name = "seed", type = "u32" },
  } },
  [20] = { name = "digest", from = 0, fields = {
  } },
  [21] = { name = "digestReport", from = 1, fields = {
    { name = "digest", type = "u64" },
    { name = "trainingStep", type = "u32" },
    { name = "run", type = "u64" },
    { name = "nextIndex", type = "u32" },
  } },
  [22] = { name = "time", from = 0, fields = {
    { name = "hostMicroseconds", type = "u64" },
  } },
  [23] = { name = "timeReport", from = 1, fields = {
    { name = "hostMicroseconds", type = "u64" },
    { name = "ticks", type = "u64" },
  } },
  [24] = { name = "pause", from = 1, fields = {
    { name = "reason", type = "u8", enum = "pauseReason" },
    { name = "milliseconds", type = "u32" },
  } },
  [25] = { name = "errorReport", from = 1, fields = {
    { name = "category", type = "u8", enum = "errorCategory" },
    { name = "code", type = "u16", enum = "errorCode" },
    { name = "context", type = "u32" },
    { name = "text", type = "string", maximum = 95 },
  } },
  [26] = { name = "crashReport", from = 1, fields = {
    { name = "kind", type = "u8", enum = "crashKind" },
    { name = "programCounter", type = "u32" },
    { name = "linkRegister", type = "u32" },
    { name = "faultStatus", type = "u32" },
    { name = "faultAddress", type = "u32" },
  } },
  [27] = { name = "speedPropose", from = 0, fields = {
    { name = "bitsPerSecond", type = "u32" },
  } },
  [28] = { name = "speedCommit", from = 0, fields = {
    { name = "bitsPerSecond", type = "u32" },
  } },
  [29] = { name = "speedReport", from = 1, fields = {
    { name = "bitsPerSecond", type = "u32" },
    { name = "state", type = "u8", enum = "speedState" },
  } },
  [30] = { name = "linkCounters", from = 0, fields = {
  } },
  [31] = { name = "linkCountersReport", from = 1, fields = {
    { name = "framesReceived", type = "u32" },
    { name = "framesSent", type = "u32" },
    { name = "framesResent", type = "u32" },
    { name = "timeouts", type = "u32" },
    { name = "duplicates", type = "u32" },
    { name = "refused", type = "u32" },
    { name = "damaged", type = "u32" },
    { name = "malformed", type = "u32" },
    { name = "bytesDropped", type = "u32" },
    { name = "overruns", type = "u32" },
    { name = "framingErrors", type = "u32" },
    { name = "noiseErrors", type = "u32" },
  } },
  [33] = { name = "stateKeep", from = 0, fields = {
  } },
  [34] = { name = "stateKept", from = 1, fields = {
    { name = "generation", type = "u32" },
    { name = "milliseconds", type = "u32" },
    { name = "result", type = "u8", enum = "keepResult" },
  } },
  [35] = { name = "crashRegisters", from = 1, fields = {
    { name = "r0", type = "u32" },
    { name = "r1", type = "u32" },
    { name = "r2", type = "u32" },
    { name = "r3", type = "u32" },
    { name = "r12", type = "u32" },
    { name = "programStatus", type = "u32" },
    { name = "stackPointer", type = "u32" },
    { name = "hardFaultStatus", type = "u32" },
  } },
  [32] = { name = "sample", from = 0, fields = {
    { name = "run", type = "u64" },
    { name = "index", type = "u32" },
    { name = "mode", type = "u8", enum = "sampleMode" },
    { name = "label", type = "u16" },
    { name = "rateMantissa", type = "u32" },
    { name = "rateShift", type = "u8" },
    { name = "momentum", type = "u16" },
    { name = "decay", type = "u16" },
    { name = "flags", type = "u8" },
    { name = "input", type = "bytes", maximum = 65535 },
  } },
  [48] = { name = "step", from = 1, fields = {
    { name = "run", type = "u64" },
    { name = "index", type = "u32" },
    { name = "mode", type = "u8", enum = "sampleMode" },
    { name = "lossQ16", type = "i32" },
    { name = "prediction", type = "u16" },
    { name = "label", type = "u16" },
    { name = "correct", type = "u8" },
    { name = "trainingStep", type = "u32" },
    { name = "waitTicks", type = "u32" },
    { name = "forwardTicks", type = "u32" },
    { name = "backwardTicks", type = "u32" },
    { name = "updateTicks", type = "u32" },
    { name = "saturated", type = "u32" },
    { name = "unchanged", type = "u32" },
    { name = "stackHighWaterBytes", type = "u32" },
    { name = "overruns", type = "u32" },
    { name = "framingErrors", type = "u32" },
    { name = "noiseErrors", type = "u32" },
    { name = "flags", type = "u8" },
    { name = "digest", type = "u64" },
  } },
  [49] = { name = "output", from = 1, fields = {
    { name = "run", type = "u64" },
    { name = "index", type = "u32" },
    { name = "prediction", type = "u16" },
    { name = "codes", type = "bytes", maximum = 600 },
  } },
  [50] = { name = "gap", from = 1, fields = {
    { name = "channel", type = "u8", enum = "channel" },
    { name = "count", type = "u32" },
  } },
  [64] = { name = "segmentRead", from = 0, fields = {
    { name = "segment", type = "u8", enum = "segmentKind" },
    { name = "offset", type = "u32" },
    { name = "count", type = "u32" },
  } },
  [65] = { name = "segmentData", from = 1, fields = {
    { name = "segment", type = "u8", enum = "segmentKind" },
    { name = "offset", type = "u32" },
    { name = "data", type = "bytes", maximum = 600 },
  } },
  [66] = { name = "segmentWrite", from = 0, fields = {
    { name = "segment", type = "u8", enum = "segmentKind" },
    { name = "offset", type = "u32" },
    { name = "data", type = "bytes", maximum = 600 },
  } },
  [67] = { name = "segmentWritten", from = 1, fields = {
    { name = "segment", type = "u8", enum = "segmentKind" },
    { name = "offset", type = "u32" },
    { name = "count", type = "u32" },
  } },
  [68] = { name = "linkTest", from = 0, fields = {
    { name = "number", type = "u32" },
    { name = "answerBytes", type = "u16" },
    { name = "pattern", type = "bytes", maximum = 600 },
  } },
  [69] = { name = "linkTestReport", from = 1, fields = {
    { name = "number", type = "u32" },
    { name = "receivedBytes", type = "u16" },
    { name = "pattern", type = "bytes", maximum = 600 },
  } },
  [80] = { name = "log", from = 1, fields = {
    { name = "level", type = "u8", enum = "logLevel" },
    { name = "event", type = "u16" },
    { name = "first", type = "u32" },
    { name = "second", type = "u32" },
    { name = "milliseconds", type = "u32" },
  } },
}
local DEVICE_HELLO = 2
-- Bytes of DEVICE_HELLO before session, attempt, bootID and connection.
local KEY_OFFSET = 7

local DIRECTIONS = { [0] = "host to device", [1] = "device to host", [2] = "note of the host" }
local SIZES = { u8 = 1, u16 = 2, u32 = 4, u64 = 8, i32 = 4 }
local HELLO, DATA = 0, 1

local fieldtune = Proto("fieldtune", "Fieldtune")
local head = {
  direction = ProtoField.uint8("fieldtune.direction", "direction", base.DEC, DIRECTIONS),
  kind = ProtoField.uint8("fieldtune.kind", "kind", base.DEC, ENUMS.frameKind, 0x07),
  channel = ProtoField.uint8("fieldtune.channel", "channel", base.DEC, ENUMS.channel, 0x38),
  first = ProtoField.bool("fieldtune.first", "first", 8, nil, 0x40),
  last = ProtoField.bool("fieldtune.last", "last", 8, nil, 0x80),
  epoch = ProtoField.uint8("fieldtune.epoch", "epoch", base.DEC, nil, 0x0F),
  sender = ProtoField.uint8("fieldtune.sender", "sender", base.DEC, { [0] = "host", [1] = "device" }, 0x10),
  credit = ProtoField.uint16("fieldtune.credit", "credit"),
  sequence = ProtoField.uint16("fieldtune.sequence", "sequence"),
  acknowledged = ProtoField.uint16("fieldtune.acknowledged", "acknowledged"),
  body = ProtoField.bytes("fieldtune.body", "body"),
  checksum = ProtoField.uint32("fieldtune.checksum", "checksum", base.HEX),
  connection = ProtoField.string("fieldtune.connection", "connection"),
  message = ProtoField.uint8("fieldtune.message", "message"),
  damaged = ProtoField.string("fieldtune.damaged", "damaged"),
  note = ProtoField.bytes("fieldtune.note", "note"),
}
local warning = {
  damaged = ProtoExpert.new("fieldtune.expert.damaged", "damaged", expert.group.CHECKSUM, expert.severity.WARN),
  malformed = ProtoExpert.new("fieldtune.expert.malformed", "malformed", expert.group.MALFORMED, expert.severity.ERROR),
}

-- One filter for each field of each message and struct: fieldtune.runBegin.seed.
local all = {}
for _, field in pairs(head) do all[#all + 1] = field end
local function declare(owner, fields)
  for _, field in ipairs(fields) do
    local path, names = "fieldtune." .. owner .. "." .. field.name, field.enum and ENUMS[field.enum]
    local make = {
      u8 = ProtoField.uint8, u16 = ProtoField.uint16, u32 = ProtoField.uint32, u64 = ProtoField.uint64,
      i32 = ProtoField.int32, string = ProtoField.string, fixed = ProtoField.bytes, bytes = ProtoField.bytes,
    }
    if SIZES[field.type] then
      field.proto = make[field.type](path, field.name, base.DEC, names)
    elseif make[field.type] then
      field.proto = make[field.type](path, field.name)
    end
    if field.proto then all[#all + 1] = field.proto end
  end
end
for name, fields in pairs(STRUCTS) do declare(name, fields) end
for _, message in pairs(MESSAGES) do declare(message.name, message.fields) end
fieldtune.fields = all
fieldtune.experts = { warning.damaged, warning.malformed }

-- CRC-32C, reflected. Numbers of the bit library are signed; they are only compared with each other.
local REMAINDERS = {}
for byte = 0, 255 do
  local value = byte
  for _ = 1, 8 do
    local low = bit.band(value, 1)
    value = bit.rshift(value, 1)
    if low == 1 then value = bit.bxor(value, 0x82F63B78) end
  end
  REMAINDERS[byte] = value
end
local function crc32c(text)
  local value = bit.bnot(0)
  for at = 1, #text do
    value = bit.bxor(bit.rshift(value, 8), REMAINDERS[bit.band(bit.bxor(value, text:byte(at)), 0xFF)])
  end
  return bit.bnot(value)
end

local function u16(text, at) return text:byte(at) + 256 * text:byte(at + 1) end

-- The contents of COBS blocks, and whether they end where a block ends.
local function unstuff(piece)
  local parts, at, code = {}, 1, 0xFF
  while at <= #piece do
    if code ~= 0xFF then parts[#parts + 1] = "\0" end
    code = piece:byte(at)
    parts[#parts + 1] = piece:sub(at + 1, at + code - 1)
    at = at + code
  end
  return table.concat(parts), at == #piece + 1
end

-- What is known of the capture so far. Packets are read once, in order; what came of each is kept, since
-- Wireshark asks for a packet again whenever it is shown.
local connections, pieces, strangers, results

function fieldtune.init()
  connections, pieces, strangers, results = {}, { [0] = "", [1] = "" }, { [0] = 0, [1] = 0 }, {}
end

local function open(key, about)
  connections[key] = connections[key] or { about = about, [0] = { early = {}, parts = {} }, [1] = { early = {}, parts = {} } }
end

-- A DATA frame's whole messages, each with its channel; fragments wait for what is missing before them.
local function assemble(connection, sender, contents)
  local side, messages, sequence = connection[sender], {}, u16(contents, 5)
  if not side.expected then side.expected = connection.about == "hello seen" and 0 or sequence end
  if (sequence - side.expected) % 65536 < CONSTANTS.windowFrames then side.early[sequence] = contents end
  while side.early[side.expected] do
    local frame = side.early[side.expected]
    side.early[side.expected] = nil
    side.expected = (side.expected + 1) % 65536
    local shape = frame:byte(1)
    local channel = bit.band(bit.rshift(shape, 3), 7)
    local part = bit.band(shape, 0x40) ~= 0 and "" or side.parts[channel]
    part = part and part .. frame:sub(CONSTANTS.headerBytes + 1, -CONSTANTS.checksumBytes - 1)
    if part and #part > CONSTANTS.maximumMessageBytes then part = nil end
    side.parts[channel] = part
    if part and bit.band(shape, 0x80) ~= 0 then
      messages[#messages + 1] = part
      side.parts[channel] = nil
    end
  end
  return messages
end

-- What a piece between two zeros is, judged in the order of SPEC.md.
local function judge(direction, piece)
  local contents, whole = unstuff(piece)
  local frame = { contents = contents, messages = {} }
  local covered = #contents - CONSTANTS.checksumBytes
  if covered > CONSTANTS.headerBytes + CONSTANTS.maximumBodyBytes then frame.damaged = "tooLong" return frame end
  if not whole then frame.damaged = "cut" return frame end
  if covered < CONSTANTS.headerBytes then frame.damaged = "tooShort" return frame end
  local found = bit.bor(u16(contents, covered + 1), bit.lshift(u16(contents, covered + 3), 16))
  local key = bit.bxor(crc32c(contents:sub(1, covered)), found)
  local kind = bit.band(contents:byte(1), 7)
  local connection = connections[key]
  if kind == HELLO and key ~= 0 or kind ~= HELLO and not connection then
    frame.damaged = key == strangers[direction] and "foreign" or "corrupt"
    if frame.damaged == "foreign" then
      open(key, "bound to a connection whose hello was not seen")
      frame.damaged = "foreign: from here on " .. connections[key].about
    end
    strangers[direction] = key
    return frame
  end
  local sender = bit.band(bit.rshift(contents:byte(2), 4), 1)
  if not ENUMS.frameKind[kind] or not ENUMS.channel[bit.band(bit.rshift(contents:byte(1), 3), 7)]
    or contents:byte(2) >= 0x20 then
    frame.damaged = "reserved"
  elseif kind == HELLO then
    local body = contents:sub(CONSTANTS.headerBytes + 1, covered)
    frame.messages = { body }
    local about = body:sub(KEY_OFFSET + 1, KEY_OFFSET + 20)
    if body:byte(1) == DEVICE_HELLO and #about == 20 and about:sub(1, 8) ~= ("\0"):rep(8) then
      open(crc32c(about), "hello seen")
    end
  else
    frame.connection = ("%s (key %s)"):format(connection.about, bit.tohex(key))
    if kind == DATA then frame.messages = assemble(connection, sender, contents) end
  end
  return frame
end

-- The frames that end in this packet. What is left of it is the beginning of the next one's.
local function take(direction, bytes)
  local frames, from = {}, 1
  local text = pieces[direction] .. bytes
  for zero in text:gmatch("()%z") do
    if zero > from then frames[#frames + 1] = judge(direction, text:sub(from, zero - 1)) end
    from = zero + 1
  end
  pieces[direction] = text:sub(from)
  return frames
end

-- Adds fields from `at` on; returns where they end, or nil where the data ends before them.
local function show_fields(tree, data, at, fields)
  for _, field in ipairs(fields) do
    local size, count = SIZES[field.type] or field.count or (field.type == "bytes" and 2 or 1), nil
    if at + size > data:len() then
      tree:add_proto_expert_info(warning.malformed, field.name .. ": the message ends early")
      return nil
    end
    if field.maximum then
      count = data(at, size):le_uint()
      if count > field.maximum or (not field.of and at + size + count > data:len()) then
        tree:add_proto_expert_info(warning.malformed, field.name .. ": a count of " .. count)
        return nil
      end
      at, size = at + size, field.of and 0 or count
    end
    if field.of then
      for index = 1, count do
        local subtree = tree:add(fieldtune, data(), field.name .. " " .. index)
        at = show_fields(subtree, data, at, STRUCTS[field.of])
        if not at then return nil end
      end
    elseif size > 0 then
      tree:add_le(field.proto, data(at, size))
      if field.enum and not ENUMS[field.enum][data(at, size):le_uint()] then
        tree:add_proto_expert_info(warning.malformed, field.name .. ": no " .. field.enum)
      end
    end
    at = at + size
  end
  return at
end

local function show_message(tree, bytes, sender)
  if #bytes == 0 then return "empty message" end
  local data = ByteArray.new(bytes, true):tvb("message")
  local message = MESSAGES[bytes:byte(1)]
  local subtree = tree:add(fieldtune, data(), message and message.name or "unknown message")
  subtree:add(head.message, data(0, 1)):append_text(message and " (" .. message.name .. ")" or "")
  if not message or message.from ~= sender then
    subtree:add_proto_expert_info(warning.malformed, "no message of this direction")
    return "unknown message"
  end
  show_fields(subtree, data, 1, message.fields)
  return message.name
end

local function show_frame(tree, frame, direction)
  if frame.damaged then
    local subtree = tree:add(fieldtune, "damaged: " .. frame.damaged)
    subtree:add(head.damaged, frame.damaged)
    subtree:add_proto_expert_info(warning.damaged, frame.damaged)
    return "damaged: " .. frame.damaged
  end
  local data = ByteArray.new(frame.contents, true):tvb("frame")
  local name = ENUMS.frameKind[bit.band(frame.contents:byte(1), 7)]:upper()
  local subtree = tree:add(fieldtune, data(), name)
  for _, field in ipairs({ "kind", "channel", "first", "last" }) do subtree:add(head[field], data(0, 1)) end
  for _, field in ipairs({ "epoch", "sender" }) do subtree:add(head[field], data(1, 1)) end
  for index, field in ipairs({ "credit", "sequence", "acknowledged" }) do subtree:add_le(head[field], data(2 * index, 2)) end
  local covered = data:len() - CONSTANTS.checksumBytes
  if covered > CONSTANTS.headerBytes then
    subtree:add(head.body, data(CONSTANTS.headerBytes, covered - CONSTANTS.headerBytes))
  end
  subtree:add_le(head.checksum, data(covered, CONSTANTS.checksumBytes)):append_text(" (right)")
  if frame.connection then subtree:add(head.connection, frame.connection):set_generated() end
  for _, message in ipairs(frame.messages) do name = name .. " " .. show_message(subtree, message, direction) end
  return name
end

function fieldtune.dissector(tvb, pinfo, root)
  local direction = tvb:len() > 0 and tvb(0, 1):uint() or 3
  if direction > 2 then return 0 end
  local tree = root:add(fieldtune, tvb())
  tree:add(head.direction, tvb(0, 1))
  pinfo.cols.protocol = "Fieldtune"
  pinfo.cols.src = direction == 1 and "device" or "host"
  pinfo.cols.dst = direction == 0 and "device" or "host"
  local words = {}
  if direction == 2 then
    if tvb:len() > 1 then tree:add(head.note, tvb(1)) end
    words[1] = "note"
  else
    results[pinfo.number] = results[pinfo.number] or take(direction, tvb:raw(1))
    for _, frame in ipairs(results[pinfo.number]) do words[#words + 1] = show_frame(tree, frame, direction) end
  end
  pinfo.cols.info = #words > 0 and table.concat(words, ", ") or "piece of a frame"
  return tvb:len()
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, fieldtune)
