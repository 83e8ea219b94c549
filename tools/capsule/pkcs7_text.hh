// SPDX-License-Identifier: BSD-2-Clause
// tools/capsule/pkcs7_text.hh - what a PKCS#7 says of itself, for people. Nothing of it is verified here.
#pragma once
#include <string>
#include <vector>

#include "tools/capsule/bytes.hh"

namespace capsule {

struct SignerText {
  std::string subject;  // of its certificate; empty: not embedded
  std::string issuer, serial;
  std::string digest, algorithm;
  std::string signing_time;  // empty: none
};
struct Pkcs7Text {
  bool readable = false;
  std::vector<SignerText> signers;
  std::vector<std::string> certificates;  // their subjects
};

Pkcs7Text describe_pkcs7(View pkcs7);

}  // namespace capsule
