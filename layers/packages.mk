# The locked packages beside this file for Lambda's Linux, whatever machine builds them. `sam build` copies a layer's
# folder away before it runs make there, so each layer has this file as a link in its own folder.
PYTHON_DIR := $(ARTIFACTS_DIR)/python

define INSTALL_PACKAGES
mkdir -p "$(PYTHON_DIR)"
if command -v uv >/dev/null; then \
  uv pip install --quiet --no-deps --require-hashes --only-binary :all: --python-version 3.13 \
    --python-platform x86_64-manylinux_2_28 --target "$(PYTHON_DIR)" -r requirements.txt; \
else \
  python3 -m pip install --quiet --no-deps --require-hashes --only-binary :all: --python-version 3.13 \
    --platform manylinux_2_28_x86_64 --platform manylinux2014_x86_64 --target "$(PYTHON_DIR)" -r requirements.txt; \
fi
endef
