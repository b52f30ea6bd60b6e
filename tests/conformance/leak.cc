// Private text and the cloud: thousands of random questions and completions, with private text from every
// place it may come from, under random faults on both sides, changes of the configuration and cancelling at
// random moments. Every byte that reaches the cloud's sockets is searched for words of the private text.
//
// A run can be repeated with CODER_LEAK_SEED, and be made longer or shorter with CODER_LEAK_REQUESTS.
#include <boost/test/unit_test.hpp>
#include <map>
#include <string>
#include <vector>

#include "conformance/leak_run.h"
#include "conformance/leak_world.h"

using namespace coder;
using namespace coder::test;

namespace {

// --- the search itself ----------------------------------------------------------

/// The views that find a word in `text`, fed in pieces of `size` bytes.
std::map<int, int> found_in(const WordSearch& search, const std::string& text, size_t size) {
  std::map<int, int> found;
  WordStream stream(search, [&](int word, const char*) { ++found[word]; });
  for (size_t at = 0; at < text.size(); at += size) stream.feed(std::string_view(text).substr(at, size));
  return found;
}

std::string percent_encoded(const std::string& word, bool all, bool upper) {
  std::string out;
  for (size_t i = 0; i < word.size(); ++i) {
    const bool plain = !all && i % 3 != 0 && word[i] != '%';
    out += plain ? std::string(1, word[i])
                 : "%" + hex(word.substr(i, 1), upper ? "0123456789ABCDEF" : "0123456789abcdef");
  }
  return out;
}

/// Every character as \u00xx; those beyond ASCII as their code units.
std::string json_escaped(const std::string& word) {
  std::string out;
  for (size_t i = 0; i < word.size();) {
    const auto lead = static_cast<unsigned char>(word[i]);
    const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t point = size == 1 ? lead : lead & (0xFFU >> (size + 1));
    for (size_t k = 1; k < size; ++k) point = point << 6 | (static_cast<unsigned char>(word[i + k]) & 0x3FU);
    i += size;
    char text[16];
    if (point < 0x10000) {
      std::snprintf(text, sizeof text, "\\u%04X", point);
    } else {
      std::snprintf(text, sizeof text, "\\u%04x\\u%04x", 0xD800 + ((point - 0x10000) >> 10),
                    0xDC00 + (point & 0x3FF));
    }
    out += text;
  }
  return out;
}

BOOST_AUTO_TEST_CASE(the_search_finds_words_however_they_are_written) {
  std::vector<std::string> words = leak_words();
  words.push_back("Emoji-😀-and-more");
  const WordSearch search(words);
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const std::string quoted = codec::dump_json(codec::Value(word));
    std::string shouted, slashed;
    for (const char c : word) {
      shouted += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      slashed += c == '/'                ? std::string("\\/")
                 : c == '"' || c == '\\' ? std::string("\\") + c
                                         : std::string(1, c);
    }
    std::vector<std::string> forms = {word,
                                      shouted,
                                      quoted,
                                      codec::dump_json(codec::Value(quoted)),
                                      slashed,
                                      json_escaped(word),
                                      percent_encoded(word, true, true),
                                      percent_encoded(word, true, false),
                                      percent_encoded(word, false, true),
                                      percent_encoded(word, false, false),
                                      percent_encoded(percent_encoded(word, true, true), true, false),
                                      percent_encoded(json_escaped(word), true, true),
                                      json_escaped(percent_encoded(word, true, true)),
                                      hex(word),
                                      hex(word, "0123456789ABCDEF")};
    for (size_t before = 0; before < 4; ++before) {
      for (size_t after = 0; after < 4; ++after) {
        for (const bool url : {false, true}) {
          forms.push_back(base64("abc?" + std::string(before, '~') + word + std::string(after, '>'), url));
        }
      }
    }
    for (const std::string& form : forms) {
      for (const size_t size : {size_t{1}, size_t{2}, size_t{7}, size_t{1000}}) {
        const std::string text =
            "POST /v1 HTTP/1.1\r\n\r\n{\"a\": \"b%2\\u00" + std::string("4") + " " + form + "!\"}";
        const std::map<int, int> found = found_in(search, text, size);
        BOOST_CHECK_MESSAGE(found.count(static_cast<int>(i)) == 1 && found.size() == 1,
                            "word " << i << " as " << form << " in pieces of " << size);
      }
    }
    for (const std::string& part : {word.substr(1), word.substr(0, word.size() - 1)}) {
      for (const std::string& form : {part, hex(part), base64(part), percent_encoded(part, true, true)}) {
        BOOST_CHECK_MESSAGE(found_in(search, form, 3).empty(), form);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_servers_find_what_reaches_them) {
  const WordSearch search(leak_words());
  MockLane lane(search, {"cloud", 1, {0}, {}, "", true});
  loop::Loop loop;
  http::Client client(loop);
  http::Request request;
  request.method = "POST";
  request.url = lane.url() + "/v1/chat/completions?q=" + percent_encoded(leak_words()[0], true, true);
  request.headers.push_back({"X-Word", base64(leak_words()[3])});
  request.body = codec::dump_json(codec::Value(leak_words()[2]));
  const http::Transfer transfer = client.start(request, {{}, {}, [&](const http::Done&) { loop.stop(); }});
  loop.run();
  BOOST_TEST(lane.tally().found[0] == 1);
  BOOST_TEST(lane.tally().found[1] == 0);
  BOOST_TEST(lane.tally().found[2] == 1);
  BOOST_TEST(lane.tally().found[3] == 1);
  BOOST_TEST(lane.tally().prompts == 1);
  BOOST_TEST(lane.tally().alarms().size() == 1U);
}

// --- the run -----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(private_text_never_reaches_the_cloud) {
  LeakRun run("leak");
  run.go<LeakWorld>(static_cast<int>(LeakRun::number_from("CODER_LEAK_REQUESTS", kSlow ? 3000 : 12000)), 100);
  run.check();
  BOOST_TEST(run.fleet().totals().stopped_at_the_door > run.fleet().totals().asked / 200);
  for (const auto& [kind, count] : run.fleet().totals().kinds) BOOST_TEST_MESSAGE(kind << ": " << count);
}

}  // namespace
