// Whatever bytes arrive from Neovim: no crash, no hang, every well-formed request answered. The whole
// backend in memory, with a configuration that has no model, so that nothing is dialled.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "app/session.h"
#include "base/log.h"

using namespace coder;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  log::set_level(log::Level::error);
  static const bool quiet = log::open_file("/dev/null");
  (void)quiet;
  loop::Loop loop;
  config::Live config(loop, "/nonexistent/coder-nvim/config.toml", false, {nullptr, nullptr});
  size_t written = 0;
  bool broken = false;
  {
    app::Session session(
        loop, config, "", [&](const std::string& bytes) { written += bytes.size(); },
        [] { return size_t{0}; }, [&] { broken = true; });
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    // The first byte says where the stream is cut.
    const size_t cut = size == 0 ? 0 : data[0] % size;
    session.feed(bytes.substr(size == 0 ? 0 : 1).substr(0, cut));
    session.feed(bytes.substr(size == 0 ? 0 : 1).substr(std::min(cut, size == 0 ? 0 : size - 1)));
    // A few turns of the loop: what was posted runs, nothing waits.
    for (int i = 0; i < 4; ++i) loop.post([] {});
    loop.post([&] { loop.stop(); });
    loop.run();
  }
  return 0;
}
