fieldops plugin new emergency --title-zh 应急准备检查 --title-en "Emergency readiness"
cd plugins/emergency
pip install -e .
fieldops checklist lint checklists
ruff check . && mypy && pytest
fieldops checklist publish checklists
fieldops plugin list
