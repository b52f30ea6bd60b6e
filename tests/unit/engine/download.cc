// The parts of a download that need no network, and SHA-256. tests/cli/engine_pull.mjs has the rest.
#include "engine/download.h"

#include <boost/test/unit_test.hpp>

#include "base/sha256.h"
#include "support/temp_folder.h"

namespace coder::engine {
namespace {

std::string hash(std::string_view bytes) {
  Sha256 sum;
  sum.update(bytes);
  return sum.hex();
}

BOOST_AUTO_TEST_CASE(sha256_of_known_texts) {
  // FIPS 180-4's examples and the empty text.
  BOOST_TEST(hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
             "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  BOOST_TEST(hash(std::string(1'000'000, 'a')) ==
             "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  // In pieces of any size it is the same.
  for (size_t size = 0; size < 200; ++size) {
    const std::string text(size, 'x');
    Sha256 pieces;
    for (size_t at = 0; at < size; at += 7) pieces.update(std::string_view(text).substr(at, 7));
    BOOST_TEST(pieces.hex() == hash(text));
  }
  const test::TempFolder folder;
  BOOST_TEST(sha256_of_file(folder.file("f", "abc")) == hash("abc"));
  BOOST_TEST(sha256_of_file(folder / "none") == "");
}

BOOST_AUTO_TEST_CASE(names_of_files) {
  BOOST_TEST(file_name_of("https://h.example/a/b/m-q8_0.gguf?download=true#x") == "m-q8_0.gguf");
  BOOST_TEST(file_name_of("https://h.example/a%20b%2f..gguf") == "a_b_..gguf");
  for (const char* none : {"", "https://h.example", "https://h.example/", "m.gguf", "https://h.example/..",
                           "https://h.example/.hidden", "https://h.example/a?b/c.gguf/"})
    BOOST_TEST((file_name_of(none) == "" || file_name_of(none) == "a"), none);
  BOOST_TEST(file_name_of("https://h.example/" + std::string(300, 'x')) == "");
}

BOOST_AUTO_TEST_CASE(redirects) {
  const std::string from = "https://a.example/x/y.gguf?q=/z";
  BOOST_TEST(redirected(from, "https://b.example/f") == "https://b.example/f");
  BOOST_TEST(redirected(from, "//b.example/f") == "https://b.example/f");
  BOOST_TEST(redirected(from, "/f?u=http://c") == "https://a.example/f?u=http://c");
  BOOST_TEST(redirected(from, "f") == "https://a.example/x/f");
  BOOST_TEST(redirected("http://a.example", "f") == "http://a.example/f");
  BOOST_TEST(redirected("http://a.example/", "https://b.example/") == "https://b.example/");
  BOOST_TEST(redirected(from, "http://b.example/f") == "");  // no way down
  BOOST_TEST(redirected(from, "file:///etc/passwd") == "");
  BOOST_TEST(redirected(from, "") == "");
}

BOOST_AUTO_TEST_CASE(content_ranges) {
  const auto range = parse_content_range("bytes 5-9/10");
  BOOST_REQUIRE(range);
  BOOST_TEST((range->first == 5 && range->total == 10));
  BOOST_TEST(parse_content_range("bytes */10")->first == -1);
  BOOST_TEST(parse_content_range("bytes 0-1/*")->total == 0);
  for (const char* wrong : {"", "bytes", "bytes 5-9", "items 1-2/3", "bytes x-9/10", "bytes -1-9/10"})
    BOOST_TEST(!parse_content_range(wrong), wrong);
}

}  // namespace
}  // namespace coder::engine
