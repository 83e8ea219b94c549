// SPDX-License-Identifier: BSD-2-Clause
// Bytes that claim to be DER, held against rows of steps that are made up: what matches is written again, and that is
// what was read. Whole structures: certificates, signers, signed attributes.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "efi/certificate.hh"
#include "efi/pkcs7.hh"
#include "tests/fuzz/input.hh"

namespace {

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "der: %s\n", what);
  std::abort();
}

bool inside(efi::Bytes part, efi::Bytes all) {
  return part.empty() || (part.data() >= all.data() && part.data() + part.size() <= all.data() + all.size());
}

void walk(efi::Bytes all) {
  efi::Bytes list = all;
  for (size_t left = list.size(); left != 0; left = list.size()) {
    const efi::Bytes element = efi::der::next(list);
    expect(inside(element, all) && inside(list, all), "an element outside of the bytes");
    expect(element.size() + list.size() == left, "bytes that are in no element, or in two");
    if (element.empty()) return;
    expect(efi::der::size(element) == element.size(), "an element of another size than it was");
    const efi::Bytes contents = efi::der::contents(element);
    expect(inside(contents, element) && contents.size() < element.size(), "contents that are no part of their element");
  }
}

// A row of at most twelve steps that is as deep as rows may be.
void made_up(Input& in, efi::Bytes all) {
  using namespace efi::der;
  Step row[32];
  efi::Bytes parts[15];
  size_t steps = 0, depth = 0;
  for (unsigned i = in.byte() % 12; i; --i) {
    const uint8_t what = in.byte(), tag = in.byte() | 1, part = in.byte() % 16;
    if (what % 4 == 0 && depth < kDeepest) {
      row[steps++] = enter(tag, part);
      ++depth;
    } else if (what % 4 == 1 && depth) {
      if (what & 0x10) row[steps++] = rest(part);
      row[steps++] = kEnd;
      --depth;
    } else {
      row[steps++] = {tag, uint8_t((what & (Step::Optional | Step::Whole | Step::Raw)) | part)};
    }
  }
  while (depth--) row[steps++] = kEnd;
  row[steps] = kEnd;
  if (!match(all, row, parts)) return;
  for (const efi::Bytes part : parts) expect(inside(part, all), "a part outside of the bytes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto all = std::as_bytes(std::span(data + 1, size - 1));
  switch (data[0] % 4) {
    case 0: walk(all); break;
    case 1: {
      Input in(data + 1, std::min<size_t>(size - 1, 40));
      made_up(in, size > 41 ? all.subspan(40) : efi::Bytes());
      break;
    }
    case 2: {
      efi::Certificate certificate;
      if (!certificate.read(all)) break;
      for (unsigned i = 0; i < efi::Certificate::Parts; ++i)
        expect(inside(certificate[efi::Certificate::Part(i)], all), "a part outside of the certificate");
      expect(certificate[efi::Certificate::All].size() == all.size(), "a certificate that is not all there is");
      expect(certificate.version >= 1 && certificate.version <= 3, "a version that there is not");
      expect(!certificate.authority || certificate.version == 3, "an authority without an extension that says so");
      const efi::PublicKey& key = certificate.key;
      expect(key.kind == efi::PublicKey::Kind::Rsa ? !key.modulus.empty() && !key.exponent.empty()
                                                   : !key.point.empty() && key.modulus.empty(),
             "a key without numbers");
      break;
    }
    case 3: {
      efi::Signer signer;
      if (!signer.read(all)) break;
      expect(signer.version() == 1 || signer.version() == 3, "a version that there is not");
      expect(signer[efi::Signer::KeyId].empty() == (signer.version() == 1), "named in another way than it says");
      static_cast<void>(signer.digest());
      static_cast<void>(signer.signature_algorithm());
      const efi::Bytes attributes = signer[efi::Signer::Attributes];
      if (attributes.empty()) break;
      efi::Bytes digest;
      if (efi::message_digest(attributes, digest)) expect(inside(digest, attributes), "a digest from elsewhere");
      break;
    }
  }
  return 0;
}
