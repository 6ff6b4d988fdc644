#!/bin/sh
# The main job on a fresh machine: sets volley up, then runs a trained network that ships with it on a model of Loihi.
# The run folder is out/demo; more options are passed on: ./demo.sh --map balance --cores 4
set -eu
cd "$(dirname "$0")"
./setup.sh
net=traces/mlp_rate
set -- run configs/chips/loihi.yaml $net/mlp_rate.nir --input $net/mlp_rate_input.spk --labels $net/mlp_rate_labels.npy --against-float --out out/demo "$@"
mkdir -p out
printf '\n$ volley'
printf ' %s' "$@"
printf '\n'
build/release/volley "$@"
