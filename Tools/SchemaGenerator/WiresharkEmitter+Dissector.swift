extension WiresharkEmitter {
  /// The part that is the same for every schema.
  static let dissector = #"""

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
    """#
}
