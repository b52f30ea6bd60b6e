#include "codec/msgpack.h"

#include <sys/resource.h>

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "codec/json.h"

using namespace coder;
using codec::Ext;
using codec::MsgpackLimits;
using codec::MsgpackUnpacker;
using codec::Value;
using namespace std::string_literals;

namespace {

/// A text that tells every value from every other, extensions and types included.
std::string show(const Value& value) {
  if (const Value::Array* array = value.as_array()) {
    std::string out = "[";
    for (const Value& item : *array) out += show(item) + ",";
    return out + "]";
  }
  if (const Value::Map* map = value.as_map()) {
    std::string out = "{";
    for (const auto& [key, member] : *map) out += "'" + key + "':" + show(member) + ",";
    return out + "}";
  }
  if (const Ext* ext = value.as_ext()) return "ext" + std::to_string(ext->type) + "<" + ext->bytes + ">";
  if (const std::string* text = value.as_string()) return "'" + *text + "'";
  if (const double* number = value.as_double()) return "f" + std::to_string(*number);
  return codec::dump_json(value);
}

std::string pack(const Value& value) {
  std::string out;
  codec::pack_msgpack(value, out);
  return out;
}

/// All values in `bytes`, each shown and followed by ";"; then "more" or the error, if there is one.
std::string unpack(std::string_view bytes, const MsgpackLimits& limits = {}, size_t piece = SIZE_MAX) {
  MsgpackUnpacker unpacker(limits);
  std::string out;
  for (size_t at = 0; at < bytes.size(); at += std::min(piece, bytes.size() - at)) {
    unpacker.feed(bytes.substr(at, piece));
    for (;;) {
      Result<std::optional<Value>> next = unpacker.next();
      if (!next) {
        BOOST_TEST((next.error().kind == ErrorKind::usage));
        // The stream stays broken.
        unpacker.feed("\x01");
        BOOST_TEST(!unpacker.next().ok());
        return out + next.error().message;
      }
      if (!next->has_value()) break;
      out += show(**next) + ";";
    }
  }
  return out;
}

std::string big_endian(uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  return out;
}

/// Peak resident memory so far, in KiB.
long peak_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

Value random_value(std::mt19937& random, int depth) {
  const auto text = [&] {
    std::string out(random() % 40, ' ');
    for (char& c : out) c = static_cast<char>(random());
    return out;
  };
  switch (random() % (depth > 0 ? 9 : 6)) {
    case 0:
      return {};
    case 1:
      return random() % 2 == 0;
    case 2:
      return static_cast<int64_t>((uint64_t{random()} << 32 | random()) >> (random() % 64));
    case 3:
      return -static_cast<int64_t>((uint64_t{random()} << 31 | random()) >> (random() % 62));
    case 4:
      return static_cast<double>(random()) / 3.0;
    case 5:
      return text();
    case 6:
      return Ext{static_cast<int8_t>(random()), text() + "x"};
    case 7: {
      Value::Array out;
      for (unsigned i = random() % 20; i > 0; --i) out.push_back(random_value(random, depth - 1));
      return out;
    }
    default: {
      Value::Map out;
      for (unsigned i = random() % 20; i > 0; --i) out.emplace_back(text(), random_value(random, depth - 1));
      return out;
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_packed_is_unpacked) {
  const Value values[] = {
      {},
      true,
      false,
      0,
      127,
      128,
      255,
      256,
      65535,
      65536,
      int64_t{4294967295},
      int64_t{4294967296},
      INT64_MAX,
      -1,
      -32,
      -33,
      -128,
      -129,
      -32768,
      -32769,
      int64_t{-2147483648},
      int64_t{-2147483649},
      INT64_MIN,
      0.0,
      -1.5,
      1e300,
      "",
      "x",
      std::string(31, 'a'),
      std::string(32, 'a'),
      std::string(255, 'a'),
      std::string(256, 'a'),
      std::string(65535, 'a'),
      std::string(65536, 'a'),
      "bytes \x80\xFF\0 in it"s,
      Value::Array{},
      Value::Array(15, 1),
      Value::Array(16, 1),
      Value::Array(65536, 1),
      Value::Map{},
      Value::Map{{"a", 1}, {"", Value::Array{nullptr}}, {"a", 2}},
      Value::Map(16, {"k", 1}),
      Value::Map(65536, {"k", 1}),
  };
  std::string all, shown;
  for (const Value& value : values) {
    BOOST_TEST_CONTEXT(show(value).substr(0, 50)) { BOOST_TEST(unpack(pack(value)) == show(value) + ";"); }
    all += pack(value);
    shown += show(value) + ";";
  }
  BOOST_TEST((unpack(all) == shown));
}

BOOST_AUTO_TEST_CASE(neovims_handles_are_extensions) {
  BOOST_TEST(unpack("\xD4\x00\x05"s) == "ext0<\x05>;");                      // buffer 5, fixext 1
  BOOST_TEST(unpack("\xC7\x03\x01\xCD\x03\xE8"s) == "ext1<\xCD\x03\xE8>;");  // window 1000, ext 8
  BOOST_TEST(unpack("\xC7\x02\x02\xCC\xC8"s) == "ext2<\xCC\xC8>;");
  for (const size_t size : {1u, 2u, 3u, 4u, 5u, 8u, 16u, 17u, 255u, 256u, 65536u}) {
    const Ext ext{-7, std::string(size, 'e')};
    BOOST_TEST_CONTEXT(size) { BOOST_TEST((unpack(pack(ext)) == show(ext) + ";")); }
  }
  BOOST_TEST(unpack(pack(Ext{3, ""})) == "ext3<>;");
}

BOOST_AUTO_TEST_CASE(every_form_of_the_format_is_read) {
  const struct {
    std::string bytes, shown;
  } cases[] = {
      {"\xCA\x3F\xC0\x00\x00"s, "f1.500000;"},
      {"\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s, "f18446744073709551616.000000;"},
      {"\xC4\x02\x00\xFF"s, "'\x00\xFF';"s},
      {"\xC5\x00\x01z"s, "'z';"},
      {"\xC6\x00\x00\x00\x01z"s, "'z';"},
      {"\xD9\x01z"s, "'z';"},
      {"\xDA\x00\x01z"s, "'z';"},
      {"\xDB\x00\x00\x00\x01z"s, "'z';"},
      {"\xD9\x00"s, "'';"},
      {"\xC4\x00"s, "'';"},
      {"\xDC\x00\x01\x05"s, "[5,];"},
      {"\xDD\x00\x00\x00\x01\x05"s, "[5,];"},
      {"\xDD\x00\x00\x00\x00"s, "[];"},
      {"\xDE\x00\x01\xA1k\x05"s, "{'k':5,};"},
      {"\xDF\x00\x00\x00\x01\xA1k\x05"s, "{'k':5,};"},
      {"\x81\xC4\x01k\x05"s, "{'k':5,};"},  // a binary key is a string, too
      {"\xD0\x80\xD1\x80\x00\xD2\x80\x00\x00\x00"s, "-128;-32768;-2147483648;"},
  };
  for (const auto& c : cases) BOOST_TEST(unpack(c.bytes) == c.shown);
}

BOOST_AUTO_TEST_CASE(however_a_stream_is_cut_the_same_comes_out) {
  const Value message = Value::Array{
      2, "nvim_buf_lines_event",
      Value::Array{Ext{0, "\x01"}, 7, 0, -1, Value::Array{"a line", "", std::string(300, 'x')}, false,
                   Value::Map{{"k", 1.5}, {"deep", Value::Map{{"x", Value::Array{nullptr, true}}}}}}};
  const std::string bytes = pack(message) + pack("next") + pack(Ext{1, std::string(20, 'e')}) + pack(message);
  const std::string expected = unpack(bytes);
  BOOST_TEST(expected.find("next") != std::string::npos);
  for (const size_t piece : {1u, 2u, 3u, 7u, 64u}) {
    BOOST_TEST_CONTEXT(piece) { BOOST_TEST((unpack(bytes, {}, piece) == expected)); }
  }
  for (size_t cut = 1; cut < bytes.size(); ++cut) {
    MsgpackUnpacker unpacker;
    std::string out;
    for (const std::string& part : {bytes.substr(0, cut), ""s, bytes.substr(cut)}) {
      unpacker.feed(part);
      for (auto next = unpacker.next(); next.ok() && next->has_value(); next = unpacker.next()) {
        out += show(**next) + ";";
      }
    }
    BOOST_TEST_CONTEXT(cut) { BOOST_TEST_REQUIRE((out == expected)); }
  }
}

BOOST_AUTO_TEST_CASE(map_keys_must_be_strings) {
  BOOST_TEST(unpack("\x81\x01\x02"s) == "malformed msgpack: map key is no string but integer");
  BOOST_TEST(unpack("\x81\xC0\x02"s) == "malformed msgpack: map key is no string but null");
  BOOST_TEST(unpack("\x81\xCB\x00\x00\x00\x00\x00\x00\x00\x00\x02"s) ==
             "malformed msgpack: map key is no string but number");
  BOOST_TEST(unpack("\x81\xD4\x00\x05\x02"s) == "malformed msgpack: map key is no string but extension");
  BOOST_TEST(unpack("\x81\x90\x02"s) == "malformed msgpack: map key is a container");
  BOOST_TEST(unpack("\x81\x80\x02"s) == "malformed msgpack: map key is a container");
  BOOST_TEST(unpack("\x91\x82\xA1k\x91\x01\x92\x01\x02\x03"s) == "malformed msgpack: map key is a container");
  BOOST_TEST(unpack("\x82\xA1k\x91\x01\xA1l\x02"s) == "{'k':[1,],'l':2,};");
}

BOOST_AUTO_TEST_CASE(what_is_no_msgpack_ends_the_stream) {
  BOOST_TEST(unpack("\xC1"s) == "malformed msgpack: not msgpack");
  BOOST_TEST(unpack("\x01\xC1\x02"s) == "1;malformed msgpack: not msgpack");
  BOOST_TEST(unpack("\xC7\xFF"s) == "");  // only begun
  BOOST_TEST(unpack("\xC9\xFF\xFF\xFF\xFF\x01"s) == "");
  MsgpackUnpacker empty;
  BOOST_TEST(empty.next().ok());
  BOOST_TEST(!empty.next()->has_value());
}

BOOST_AUTO_TEST_CASE(depth_is_bounded) {
  const auto nested = [](int depth) { return std::string(static_cast<size_t>(depth), '\x91') + "\x01"; };
  BOOST_TEST(unpack(nested(32)).find("[[[[") == 0u);
  BOOST_TEST(unpack(nested(33)) == "malformed msgpack: nested deeper than 32");
  BOOST_TEST(unpack(std::string(10000000, '\x91')) == "malformed msgpack: nested deeper than 32");
  std::string maps;
  for (int i = 0; i < 100; ++i) maps += "\x81\xA1k";
  BOOST_TEST(unpack(maps) == "malformed msgpack: nested deeper than 32");
  BOOST_TEST(unpack(std::string(32, '\x91') + "\x90") == "malformed msgpack: nested deeper than 32");
}

BOOST_AUTO_TEST_CASE(sizes_are_bounded) {
  MsgpackLimits limits;
  limits.max_string_bytes = 10;
  limits.max_items = 5;
  limits.max_message_bytes = 100;
  BOOST_TEST(unpack("\xAA"s + std::string(10, 's'), limits) == "'ssssssssss';");
  BOOST_TEST(unpack("\xAB"s + std::string(11, 's'), limits) ==
             "malformed msgpack: string of 11 bytes is over the limit");
  BOOST_TEST(unpack("\xC4\x0B"s + std::string(11, 's'), limits) ==
             "malformed msgpack: string of 11 bytes is over the limit");
  BOOST_TEST(unpack("\xC7\x0B\x01"s + std::string(11, 's'), limits) ==
             "malformed msgpack: extension of 11 bytes is over the limit");
  BOOST_TEST(unpack("\x95\x01\x02\x03\x04\x05"s, limits) == "[1,2,3,4,5,];");
  BOOST_TEST(unpack("\x96"s, limits) == "malformed msgpack: container of 6 items is over the limit");
  BOOST_TEST(unpack("\x86"s, limits) == "malformed msgpack: container of 6 items is over the limit");
  // The items of a whole message count together: many small containers are no way round.
  BOOST_TEST(unpack("\x92\x92\x01\x02\x92\x01\x02"s, limits) ==
             "malformed msgpack: more than 5 items in a message");
  BOOST_TEST(unpack("\x92\x91\x01\x91\x01\x92\x91\x01\x91\x01"s, limits) == "[[1,],[1,],];[[1,],[1,],];");
  // A message over its limit, in one piece and in many, complete or not.
  limits.max_string_bytes = 1000;
  BOOST_TEST(unpack("\xD9\x62"s + std::string(98, 's'), limits) == "'" + std::string(98, 's') + "';");
  const std::string too_long = "malformed msgpack: message is over the limit of 100 bytes";
  const std::string over = "\xD9\x63"s + std::string(99, 's');
  const std::string parts = "\x93\xD9\x28"s + std::string(40, 's') + "\xD9\x28" + std::string(40, 's') +
                            "\xD9\x28" + std::string(40, 's');
  for (const size_t piece : {SIZE_MAX, size_t{1}, size_t{50}}) {
    BOOST_TEST(unpack(over, limits, piece) == too_long);
    BOOST_TEST(unpack(parts, limits, piece) == too_long);
  }
  // The limit is for one message, not for what has been fed.
  std::string many;
  for (int i = 0; i < 100; ++i)
    many +=
        "\xA3"
        "abc";
  BOOST_TEST(unpack(many, limits).size() == 600u);
}

BOOST_AUTO_TEST_CASE(a_claimed_size_takes_no_memory) {
  const std::string claims[] = {
      "\xDD" + big_endian(4u << 20),   "\xDF" + big_endian(4u << 20),   "\xDB" + big_endian(32u << 20),
      "\xC6" + big_endian(0xFFFFFFFF), "\xDB" + big_endian(0xFFFFFFFF), "\xDD" + big_endian(0xFFFFFFFF),
      "\xDF" + big_endian(0xFFFFFFFF), "\xC9" + big_endian(0xFFFFFFFE),
  };
  const long before = peak_kib();
  for (const std::string& claim : claims) {
    std::vector<MsgpackUnpacker> peers;
    for (int i = 0; i < 20; ++i) {
      peers.emplace_back();
      peers.back().feed(claim + "\x01\x02");
      const Result<std::optional<Value>> next = peers.back().next();
      BOOST_TEST((!next.ok() || !next->has_value()));
    }
  }
  BOOST_TEST(peak_kib() - before < 20 * 1024);
}

BOOST_AUTO_TEST_CASE(random_values_survive_and_random_bytes_do_no_harm) {
  std::mt19937 random(3);
  for (int i = 0; i < 500; ++i) {
    const Value value = random_value(random, 3);
    const std::string bytes = pack(value);
    BOOST_TEST_REQUIRE((unpack(bytes, {}, 1 + random() % 50) == show(value) + ";"));
    std::string bent = bytes;
    for (int edits = 0; edits < 4; ++edits) bent[random() % bent.size()] = static_cast<char>(random());
    unpack(bent, {}, 1 + random() % 50);
    std::string noise(random() % 200, ' ');
    for (char& c : noise) c = static_cast<char>(random());
    unpack(noise, {}, 1 + random() % 50);
  }
}
