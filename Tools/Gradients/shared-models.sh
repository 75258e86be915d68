#!/bin/sh
# Compares whole training steps of models made elsewhere with PyTorch and writes the table of Documentation/gradients.md.
#
#   Tools/Gradients/shared-models.sh SHARED_MODELS PYTHON FOLDER [MODEL ...]
#
# SHARED_MODELS: folder with the models and their golden inputs. PYTHON: of a virtual environment with requirements.txt.
# FOLDER: takes fixtures, hundreds of megabytes, never to be committed. MODEL: paths within SHARED_MODELS without
# extension; all of the table where none is named. SAMPLES: how many samples of each model, 2 unless set.
set -eu
shared=$1 python=$2 folder=$3
shift 3
root=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -gt 0 ] || set -- tiny_training/mcunet-5fps-10c-seeded tiny_training/mbv2-w0.35-10c-seeded \
  mlperf_tiny/vww_96_int8 mlperf_tiny/kws_ref_model mlperf_tiny/pretrainedResnet_quant \
  tflm/person_detect tflm/micro_speech_quantized tinyengine/vww_80
mkdir -p "$folder"
for model; do
  name=$(basename "$model")
  cp "$shared/$model.tflite" "$folder/"
  inputs=$shared/golden/$name/inputs.bin
  [ -e "$inputs" ] || inputs=$shared/golden/$name/inputs.npy
  "$python" "$root/Tools/Gradients/torch_gradients.py" "$folder/$name.tflite" "$inputs" "next:${SAMPLES:-2}" "$folder/$name"
done
cd "$root"
FIELDTUNE_GRADIENT_FIXTURES=$folder FIELDTUNE_GRADIENT_TABLE=$folder/table.md \
  ${SWIFT_TEST:-swift test -c release --disable-xctest --disable-testable-imports} \
  --filter everyTensor_ofOtherModels_hasPyTorchsGradient
