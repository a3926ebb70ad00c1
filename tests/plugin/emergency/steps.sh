fieldops plugin new emergency --title-zh 应急准备检查 --title-en "Emergency readiness"
cd plugins/emergency
pip install -e .
fieldops checklist lint checklists
ruff check . && mypy && pytest
fieldops --config /path/to/fieldops.toml checklist publish checklists
fieldops --config /path/to/fieldops.toml plugin list
