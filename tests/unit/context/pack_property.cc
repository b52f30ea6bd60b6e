// What holds for every corpus, question and budget.
#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <set>

#include "base/text.h"
#include "context/pack.h"
#include "small_corpus.h"

using namespace coder;
using namespace coder::context;

namespace {

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  size_t below(size_t limit) { return std::uniform_int_distribution<size_t>(0, limit - 1)(engine_); }
  bool once_in(size_t n) { return below(n) == 0; }
  std::string word() {
    static const std::vector<std::string> kWords = {"load",  "token", "cache",  "parse", "tree", "zebra",
                                                    "vault", "größe", "decode", "merge", "漢字", "x"};
    return kWords[below(kWords.size())];
  }

 private:
  std::mt19937 engine_;
};

std::string random_python(Random& random) {
  std::string out;
  const size_t blocks = random.below(8);
  for (size_t b = 0; b < blocks; ++b) {
    const bool in_class = random.once_in(3);
    if (in_class) out += "class " + random.word() + "_" + std::to_string(b) + ":\n";
    for (size_t f = 0; f <= random.below(3); ++f) {
      const std::string indent = in_class ? "    " : "";
      if (random.once_in(3)) out += indent + "# " + random.word() + " " + random.word() + "\n";
      out += indent + "def " + random.word() + "_" + std::to_string(f) + "(" + random.word() + "):\n";
      for (size_t l = 0; l <= random.below(12); ++l) {
        out += indent + "    " + random.word() + " = " + random.word() + "(" + random.word() + ")\n";
      }
    }
    if (random.once_in(4)) out += "\n\n";
    if (random.once_in(6)) out += "DATA = '" + std::string(random.below(3000), 'd') + "'\n";
  }
  if (random.once_in(10)) out += "no newline at the end";
  return out;
}

test::SmallCorpus random_corpus(Random& random) {
  test::SmallCorpus out;
  std::vector<std::string> paths;
  for (size_t i = 0; i <= random.below(30); ++i) {
    paths.push_back(random.word() + "/" + random.word() + std::to_string(i) +
                    (random.once_in(5) ? ".md" : ".py"));
    out.file(paths.back(), random_python(random));
  }
  for (size_t i = 0; i < random.below(20); ++i) {
    out.commit(random.word() + " " + random.word(),
               {paths[random.below(paths.size())], paths[random.below(paths.size())]});
  }
  // Some changed since they were indexed, some are gone.
  for (const std::string& path : paths) {
    if (random.once_in(8)) out.files[path] = random_python(random);
    if (random.once_in(20)) out.files.erase(path);
  }
  return out;
}

void check(const test::SmallCorpus& corpus, const Packed& packed, const PackOptions& options) {
  BOOST_TEST(options.count(packed.text) <= options.budget);
  BOOST_TEST(packed.tokens == options.count(packed.text));
  BOOST_TEST(to_valid_utf8(packed.text) == packed.text);
  std::map<std::string, uint32_t> last;
  std::set<std::string> closed;
  std::string open;
  for (const Chunk& chunk : packed.chunks) {
    BOOST_TEST(options.refuse(chunk.path).empty());
    BOOST_TEST(packed.text.find(chunk.text) != std::string::npos);
    if (chunk.path != open) {  // a file's pieces stand together
      BOOST_TEST(closed.insert(chunk.path).second);
      open = chunk.path;
    }
    if (chunk.form == Form::path) {
      BOOST_TEST(chunk.first == 0u);
      BOOST_TEST(last.count(chunk.path) == 0u);
      continue;
    }
    BOOST_TEST(chunk.first > last[chunk.path]);  // by line, none in two
    BOOST_TEST(chunk.last >= chunk.first);
    last[chunk.path] = chunk.last;
    if (chunk.form == Form::body) {
      const auto lines = static_cast<uint32_t>(std::count(chunk.text.begin(), chunk.text.end(), '\n'));
      BOOST_TEST(lines == chunk.last - chunk.first + 1);
      std::string text = corpus.files.at(chunk.path);
      if (text.empty() || text.back() != '\n') text += '\n';
      BOOST_TEST(text.find(chunk.text) != std::string::npos);
    }
  }
  for (const auto& [path, text] : corpus.files) {
    if (!options.refuse(path).empty()) BOOST_TEST(packed.text.find(path) == std::string::npos, path);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(never_over_deterministic_without_overlap_and_nothing_refused) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      Random random(seed);
      const test::SmallCorpus corpus = random_corpus(random);
      Query query;
      query.text = random.word() + " " + random.word();
      if (random.once_in(2) && !corpus.files.empty()) query.seeds.push_back({corpus.files.begin()->first, 0});
      const Ranked ranked = rank(corpus.corpus, query);
      const std::string refused = random.word() + "/";
      for (const size_t budget : {random.below(40), random.below(400), random.below(4000), size_t{100000}}) {
        PackOptions options = corpus.options(budget);
        options.refuse = [&](const std::string& path) {
          return path.rfind(refused, 0) == 0 ? "private" : "";
        };
        const Packed packed = pack(corpus.corpus, ranked, options);
        check(corpus, packed, options);
        const Packed again = pack(corpus.corpus, ranked, options);
        BOOST_TEST(again.text == packed.text);
        BOOST_TEST(again.chunks.size() == packed.chunks.size());
      }
    }
  }
}
