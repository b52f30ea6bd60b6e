// Heads of GGUF files: whole, cut at every byte, damaged, and a real one.
#include "engine/gguf.h"

#include <boost/test/unit_test.hpp>
#include <cstring>
#include <random>

#include "support/temp_folder.h"

namespace coder::engine {
namespace {

/// Writes what GGUF files are made of.
struct Writer {
  std::string out;

  template <class T>
  Writer& number(T value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);  // tests run on little-endian machines
    out.append(raw, sizeof raw);
    return *this;
  }
  Writer& text(const std::string& value) {
    number<uint64_t>(value.size());
    out += value;
    return *this;
  }
  Writer& key(const std::string& name, uint32_t type) { return text(name).number(type); }
};

std::string head() {
  Writer w;
  w.out = "GGUF";
  w.number<uint32_t>(3).number<uint64_t>(2).number<uint64_t>(10);
  w.key("general.architecture", 8).text("toy");
  w.key("general.name", 8).text("A toy\nmodel");
  w.key("toy.context_length", 4).number<uint32_t>(4096);
  w.key("toy.block_count", 10).number<uint64_t>(12);
  w.key("toy.embedding_length", 4).number<uint32_t>(1024);
  w.key("toy.attention.head_count", 4).number<uint32_t>(16);
  w.key("toy.attention.head_count_kv", 9).number<uint32_t>(5).number<uint64_t>(3);
  for (int i = 0; i < 3; ++i) w.number<int32_t>(4);
  w.key("tokenizer.ggml.tokens", 9).number<uint32_t>(8).number<uint64_t>(2).text("a").text("bc");
  w.key("toy.eps", 6).number<float>(0.5F);
  w.key("toy.flag", 7).number<uint8_t>(1);
  for (uint64_t i = 0; i < 2; ++i)
    w.text("blk." + std::to_string(i))
        .number<uint32_t>(1)
        .number<uint64_t>(4)
        .number<uint32_t>(0)
        .number<uint64_t>(i * 32);
  return w.out;
}

BOOST_AUTO_TEST_CASE(a_whole_file) {
  const test::TempFolder folder;
  const std::string path = folder.file("m.gguf", head() + std::string(64, 'x'));
  const Result<ModelFacts> facts = read_gguf(path);
  BOOST_REQUIRE(facts.ok());
  BOOST_TEST(facts->architecture == "toy");
  BOOST_TEST(facts->name == "A toy model");
  BOOST_TEST(facts->context == 4096);
  BOOST_TEST(facts->layers == 12);
  BOOST_TEST(facts->cache_row == 4 * (64 + 64));
  BOOST_TEST(facts->file_bytes == static_cast<int64_t>(head().size()) + 64);
}

BOOST_AUTO_TEST_CASE(cut_off_anywhere_is_told) {
  const test::TempFolder folder;
  const std::string whole = head();
  for (size_t size = 0; size <= whole.size(); ++size) {
    const Result<ModelFacts> facts = read_gguf(folder.file("m.gguf", whole.substr(0, size)));
    BOOST_TEST(!facts.ok(), size);
    if (!facts.ok()) BOOST_TEST((facts.error().kind == ErrorKind::config));
  }
  BOOST_TEST(!read_gguf(folder.file("m.gguf", whole + std::string(32, 'x'))).ok());  // half of the tensors
  BOOST_TEST(read_gguf(folder.file("m.gguf", whole + std::string(33, 'x'))).ok());
}

BOOST_AUTO_TEST_CASE(anything_else_is_told_too) {
  const test::TempFolder folder;
  BOOST_TEST(read_gguf(folder / "none").error().message.find("No such file") != std::string::npos);
  BOOST_TEST(read_gguf(folder.path()).error().message.find("is no file") != std::string::npos);
  BOOST_TEST(read_gguf(folder.file("t", "<html>not found</html>")).error().message.find("no GGUF") !=
             std::string::npos);
  // Lengths that no file has.
  Writer w;
  w.out = "GGUF";
  w.number<uint32_t>(3).number<uint64_t>(1).number<uint64_t>(1).number<uint64_t>(UINT64_MAX);
  BOOST_TEST(!read_gguf(folder.file("t", w.out + std::string(100, 'x'))).ok());
  // Of a version to come nothing is known, and nothing is wrong.
  w.out = "GGUF";
  w.number<uint32_t>(9).number<uint64_t>(1).number<uint64_t>(1);
  const Result<ModelFacts> later = read_gguf(folder.file("t", w.out));
  BOOST_REQUIRE(later.ok());
  BOOST_TEST(later->layers == 0);
}

BOOST_AUTO_TEST_CASE(random_damage_is_no_crash) {
  const test::TempFolder folder;
  std::mt19937 random(3);
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = head() + std::string(64, 'x');
    for (size_t n = 1 + random() % 4; n > 0; --n)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    const Result<ModelFacts> facts = read_gguf(folder.file("m.gguf", bytes));
    if (facts.ok()) BOOST_TEST(facts->cache_row >= 0);
  }
}

}  // namespace
}  // namespace coder::engine
