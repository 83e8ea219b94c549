// SPDX-License-Identifier: BSD-2-Clause
// Signatures that say what they like, against keys that the firmware has. Nothing is computed: each question for a
// signature is answered by the input, so that every way through the walk is taken. What is accepted was verified by
// keys that came from the firmware or from certificates verified before, over the right bytes, and nothing that is
// revoked or bound to something else.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "board/keys.hh"
#include "efi/authenticate.hh"
#include "tests/fuzz/input.hh"

namespace {

constexpr Guid kType = "09d7cf52-0720-4710-91d1-08469b7fe9c8"_guid;

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "pkcs7: %s\n", what);
  std::abort();
}

// The digest of bytes is where they begin, how many they are, and their sum.
class Answers final : public efi::Crypto {
 public:
  explicit Answers(Input& in) : in_(in) {}

  void start(efi::Digest digest) override {
    running_ = digest;
    bytes = 0;
    sum_ = 0;
    started = true;
  }
  void update(std::span<const std::byte> some) override {
    expect(started, "bytes for no digest");
    for (const std::byte byte : some) sum_ = sum_ * 31 + uint8_t(byte);
    bytes += some.size();
  }
  efi::DigestValue finish() override {
    expect(started, "the end of no digest");
    started = false;
    efi::DigestValue value;
    value.size = uint8_t(efi::digest_size(running_));
    // Now and then one that the signature can name: all zeros.
    if (in_.byte() % 2) std::memcpy(value.bytes.data(), &sum_, sizeof sum_);
    return value;
  }
  Result<void> verify(const efi::PublicKey& key, efi::Digest algorithm, std::span<const std::byte> digest,
                      std::span<const std::byte> signature) override {
    expect(!started, "a signature within a digest");
    expect(digest.size() == efi::digest_size(algorithm), "a digest of another size");
    const efi::Bytes number = key.kind == efi::PublicKey::Kind::Rsa ? key.modulus : key.point;
    expect(trusts(number), "a key that nobody vouched for");
    ++asked;
    const uint8_t answer = in_.byte();
    last = answer < 200;
    static_cast<void>(signature);
    if (last) {
      // From now on the keys of this certificate, if it is one, may be used: all within the bytes that were hashed.
      vouched_all = true;
      return {};
    }
    return failure(answer < 220 ? Error::Denied : answer < 240 ? Error::InvalidParameters : Error::NoSpace);
  }

  bool trusts(efi::Bytes number) const {
    if (vouched_all) return true;
    for (const efi::TrustedKey& key : board_keys().trusted)
      if (number.data() >= key.certificate.data() &&
          number.data() + number.size() <= key.certificate.data() + key.certificate.size())
        return true;
    return false;
  }

  size_t bytes = 0;
  unsigned asked = 0;
  bool started = false, last = false, vouched_all = false;

 private:
  Input& in_;
  efi::Digest running_{};
  uint64_t sum_ = 0;
};

}  // namespace

// 24 bytes of answers, then the PKCS#7.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kAnswers = 24;
  if (size < kAnswers) return 0;
  Input in(data, kAnswers);
  const uint8_t how = in.byte();
  const std::vector<std::byte> pkcs7(std::as_bytes(std::span(data, size)).begin() + kAnswers,
                                     std::as_bytes(std::span(data, size)).end());
  Answers crypto(in);
  efi::Keys keys = board_keys();
  if (how & 1) keys.revoked = {};
  efi::Authenticator authenticator(crypto, keys);
  const uint8_t index = how & 2 ? 1 : 255;
  const auto begun = authenticator.begin(pkcs7, kType, index);
  expect(crypto.asked <= 32 * 5, "more signatures than can be afforded");
  if (!begun) {
    expect(!begun.error().check().empty(), "a refusal without a reason");
    expect(begun.error().status() != efi::Status::Success, "a refusal that is none");
    crypto.start(efi::Digest::Sha256);
    expect(!authenticator.finish(0), "accepted what was refused");
    return 0;
  }
  expect(crypto.started && crypto.bytes == 0, "the digest of the image has not begun");
  crypto.last = false;
  const std::byte image[40]{};
  authenticator.update(image);
  const auto finished = authenticator.finish(in.byte());
  if (!finished) return 0;
  expect(crypto.last, "accepted without a signature");
  const efi::TrustedKey& key = **finished;
  expect(std::ranges::any_of(
             key.uses,
             [&](const efi::KeyUse& use) { return use.type == kType && (use.index == 0 || use.index == index); }),
         "a key that may not sign this");
  expect(!authenticator.finish(0), "accepted twice");
  return 0;
}
