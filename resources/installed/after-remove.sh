#!/bin/sh
# deb and rpm: takes the links away, not at an upgrade. The data in people's homes stays; nobody at a screen can be
# asked here, so nothing is deleted: `slipway doctor` names the folder.
case "${1:-remove}" in
  upgrade | 1 | failed-upgrade) exit 0 ;;
esac
for link in slipway slipway-desktop; do
  if [ -L "/usr/bin/$link" ]; then rm -f "/usr/bin/$link"; fi
done
exit 0
