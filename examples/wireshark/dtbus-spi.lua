-- Shows the SPI transfers of a capture that `dtbus watch -w FILE` has written. Wireshark has no link type for SPI.
--
--   tshark -X lua_script:examples/wireshark/dtbus-spi.lua -r FILE
--   wireshark -X lua_script:examples/wireshark/dtbus-spi.lua FILE
--
-- or for good: copy it to the folder of personal Lua plugins (Help, About Wireshark, Folders).
--
-- Each transfer is an exported PDU (link type 252) that names this dissector. In it, big-endian:
--   u8 version 1 | u8 flags: 1 sent, 2 received, 4 last transfer of its message | u16 bus | u16 chip select |
--   u16 place in its message | u32 bytes sent that follow | what was sent | what was received

local spi = Proto("dtbus_spi", "SPI, by dtbus")

local flags = ProtoField.uint8("dtbus_spi.flags", "Flags", base.HEX)
local bus = ProtoField.uint16("dtbus_spi.bus", "Bus")
local cs = ProtoField.uint16("dtbus_spi.cs", "Chip select")
local place = ProtoField.uint16("dtbus_spi.place", "Place in its message")
local last = ProtoField.bool("dtbus_spi.last", "Last of its message", 8, nil, 4)
local sent = ProtoField.bytes("dtbus_spi.tx", "Sent")
local received = ProtoField.bytes("dtbus_spi.rx", "Received")
spi.fields = { flags, bus, cs, place, last, sent, received }

local HEADER = 12

function spi.dissector(buffer, packet, root)
  if buffer:len() < HEADER or buffer(0, 1):uint() ~= 1 then return 0 end
  local bits = buffer(1, 1):uint()
  local tree = root:add(spi, buffer())
  tree:add(flags, buffer(1, 1))
  tree:add(last, buffer(1, 1))
  tree:add(bus, buffer(2, 2))
  tree:add(cs, buffer(4, 2))
  tree:add(place, buffer(6, 2))
  local count = buffer(8, 4):uint()
  local tx = math.min(count, buffer:len() - HEADER)
  local rx = buffer:len() - HEADER - tx
  local words = {}
  if tx > 0 then
    tree:add(sent, buffer(HEADER, tx))
    words[#words + 1] = "send " .. tostring(buffer(HEADER, tx):bytes())
  end
  if rx > 0 then
    tree:add(received, buffer(HEADER + tx, rx))
    words[#words + 1] = "receive " .. tostring(buffer(HEADER + tx, rx):bytes())
  end
  if #words == 0 then words[1] = bits % 4 == 0 and "clocks only" or "nothing known" end
  packet.cols.protocol = "SPI"
  packet.cols.src = "controller"
  packet.cols.dst = string.format("spi%d.%d", buffer(2, 2):uint(), buffer(4, 2):uint())
  packet.cols.info = table.concat(words, ", ")
  return buffer:len()
end
